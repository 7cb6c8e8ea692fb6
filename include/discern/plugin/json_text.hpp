#pragma once

// Writing JSON: JsonObject().add("content", text).add("embeds", JsonArray().add(embed)).text().

#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace discern::plugin {

inline void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
      out += escaped;
    } else {
      out += c;
    }
  }
  out += '"';
}

class JsonObject;
class JsonArray;

namespace detail {

inline void append_value(std::string& out, std::string_view text) {
  append_quoted(out, text);
}
inline void append_value(std::string& out, const char* text) {
  append_quoted(out, text);
}
inline void append_value(std::string& out, const std::string& text) {
  append_quoted(out, text);
}
inline void append_value(std::string& out, bool value) {
  out += value ? "true" : "false";
}
template <std::integral T>
void append_value(std::string& out, T value) {
  out += std::to_string(value);
}
inline void append_value(std::string& out, double value) {
  char digits[40];
  std::snprintf(digits, sizeof digits, "%.15g", value);
  out += std::isfinite(value) ? digits : "null";
}
void append_value(std::string& out, const JsonObject& value);
void append_value(std::string& out, const JsonArray& value);

}  // namespace detail

class JsonObject {
 public:
  template <class T>
  JsonObject& add(std::string_view key, const T& value) {
    begin(key);
    detail::append_value(out_, value);
    return *this;
  }
  // `json` is written as it is.
  JsonObject& add_raw(std::string_view key, std::string_view json) {
    begin(key);
    out_ += json;
    return *this;
  }
  // Snowflakes are strings in JSON: numbers lose digits in JavaScript.
  JsonObject& add_id(std::string_view key, std::uint64_t id) {
    return add(key, std::to_string(id));
  }
  bool empty() const { return out_.size() == 1; }
  std::string text() const { return out_ + '}'; }

 private:
  void begin(std::string_view key) {
    if (out_.size() > 1) out_ += ',';
    append_quoted(out_, key);
    out_ += ':';
  }
  std::string out_ = "{";
};

class JsonArray {
 public:
  template <class T>
  JsonArray& add(const T& value) {
    if (out_.size() > 1) out_ += ',';
    detail::append_value(out_, value);
    return *this;
  }
  bool empty() const { return out_.size() == 1; }
  std::string text() const { return out_ + ']'; }

 private:
  std::string out_ = "[";
};

namespace detail {
inline void append_value(std::string& out, const JsonObject& value) {
  out += value.text();
}
inline void append_value(std::string& out, const JsonArray& value) {
  out += value.text();
}
}  // namespace detail

}  // namespace discern::plugin
