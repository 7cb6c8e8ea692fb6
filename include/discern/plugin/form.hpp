#pragma once

// A form (Discord's modal) that a person fills in:
//   i.show(Form("report", "Report a message").add(Field("why", "What is wrong?").long_text()))
// What was written comes back to core.api().on_modal, see Interaction::field().

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "discern/plugin/message.hpp"

namespace discern::plugin {

// One line, or several, to write in.
class Field {
 public:
  // `label` is shown above it; at most 45 characters.
  Field(std::string name, std::string label) : name_(std::move(name)), label_(std::move(label)) {}

  Field& long_text() {
    style_ = 2;
    return *this;
  }
  Field& optional() {
    input_.add("required", false);
    return *this;
  }
  // Characters; at most 4,000.
  Field& length(std::uint32_t least, std::uint32_t most) {
    input_.add("min_length", least).add("max_length", most);
    return *this;
  }
  // Written in it from the beginning.
  Field& value(std::string_view text) {
    input_.add("value", text);
    return *this;
  }
  // Shown while it is empty.
  Field& placeholder(std::string_view text) {
    input_.add("placeholder", text);
    return *this;
  }
  JsonObject json() const {
    JsonObject input = input_;
    input.add("type", 4).add("custom_id", name_).add("style", style_);
    return JsonObject().add("type", 18).add("label", label_).add("component", input);
  }

 private:
  std::string name_;
  std::string label_;
  int style_ = 1;
  JsonObject input_;
};

class Form {
 public:
  // `title` at most 45 characters, custom_id at most 60.
  Form(std::string custom_id, std::string title)
      : custom_id_(std::move(custom_id)), title_(std::move(title)) {}

  // At most five.
  Form& add(const Field& field) {
    fields_.add(field.json());
    return *this;
  }
  std::string json(std::string_view plugin) const {
    return JsonObject()
        .add("custom_id", detail::own_custom_id(plugin, custom_id_))
        .add("title", title_)
        .add("components", fields_)
        .text();
  }

 private:
  std::string custom_id_;
  std::string title_;
  JsonArray fields_;
};

}  // namespace discern::plugin
