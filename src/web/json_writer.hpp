#pragma once

// JSON text, appended to a buffer: puts the commas, nothing more. The caller keeps the nesting.

#include <optional>
#include <string>
#include <string_view>

#include "base/json_text.hpp"

namespace discern::web {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  // Inside arrays, and outermost: without a key.
  JsonWriter& open_object() { return open('{'); }
  JsonWriter& open_array() { return open('['); }
  JsonWriter& close_object() { return close('}'); }
  JsonWriter& close_array() { return close(']'); }
  JsonWriter& number(double value) {
    separate();
    append_json_number(out_, value);
    return *this;
  }
  JsonWriter& boolean(bool value) {
    separate();
    out_.append(value ? "true" : "false");
    return *this;
  }
  JsonWriter& text(std::string_view value) {
    separate();
    append_json_string(out_, value);
    return *this;
  }

  // Inside objects.
  JsonWriter& open_object(std::string_view key) { return name(key).open('{'); }
  JsonWriter& open_array(std::string_view key) { return name(key).open('['); }
  JsonWriter& number(std::string_view key, double value) { return name(key).number(value); }
  JsonWriter& text(std::string_view key, std::string_view value) { return name(key).text(value); }
  JsonWriter& number(std::string_view key, const std::optional<double>& value) {
    return value ? number(key, *value) : null(key);
  }
  JsonWriter& null(std::string_view key) {
    name(key).separate();
    out_.append("null");
    return *this;
  }
  JsonWriter& name(std::string_view key) {
    separate();
    append_json_string(out_, key);
    out_.push_back(':');
    comma_ = false;
    return *this;
  }

 private:
  void separate() {
    if (comma_) out_.push_back(',');
    comma_ = true;
  }
  JsonWriter& open(char bracket) {
    separate();
    out_.push_back(bracket);
    comma_ = false;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_.push_back(bracket);
    comma_ = true;
    return *this;
  }

  std::string& out_;
  bool comma_ = false;
};

// Few digits: what a page shows needs no more, and the live stream sends many of them. NaN is null.
void append_short_number(std::string& out, double value);

// {"error": sentence}
std::string error_json(std::string_view sentence);

}  // namespace discern::web
