#pragma once

// Describing a slash command:
//   Command("trivia play", "Asks a question")
//       .option(Option::string("topic", "What it is about").choices({{"Space", "space"}}))

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "discern/plugin/json_text.hpp"

namespace discern::plugin {

// One option of a command. Names: 1 to 32 lower-case letters, digits, - and _.
class Option {
 public:
  static Option string(std::string name, std::string text) {
    return {3, std::move(name), std::move(text)};
  }
  static Option integer(std::string name, std::string text) {
    return {4, std::move(name), std::move(text)};
  }
  static Option boolean(std::string name, std::string text) {
    return {5, std::move(name), std::move(text)};
  }
  static Option user(std::string name, std::string text) {
    return {6, std::move(name), std::move(text)};
  }
  static Option channel(std::string name, std::string text) {
    return {7, std::move(name), std::move(text)};
  }
  static Option role(std::string name, std::string text) {
    return {8, std::move(name), std::move(text)};
  }
  static Option number(std::string name, std::string text) {
    return {10, std::move(name), std::move(text)};
  }
  static Option attachment(std::string name, std::string text) {
    return {11, std::move(name), std::move(text)};
  }

  // Required options come before the others.
  Option& required() {
    required_ = true;
    return *this;
  }
  Option& range(std::int64_t least, std::int64_t most) {
    json_.add("min_value", least).add("max_value", most);
    return *this;
  }
  // Ask the plugin while the person types (Command::autocomplete).
  Option& autocomplete() {
    json_.add("autocomplete", true);
    return *this;
  }
  // Text shown and value sent; at most 25.
  Option& choices(const std::vector<std::pair<std::string, std::string>>& list) {
    JsonArray out;
    for (const auto& [text, value] : list)
      out.add(JsonObject().add("name", text).add("value", value));
    json_.add("choices", out);
    return *this;
  }
  JsonObject json() const {
    JsonObject out = json_;
    if (required_) out.add("required", true);
    return out;
  }

 private:
  Option(int type, const std::string& name, const std::string& text) {
    json_.add("type", type).add("name", name).add("description", text);
  }
  JsonObject json_;
  bool required_ = false;
};

// A command ("ping"), a subcommand ("trivia play") or one in a group ("music queue add").
class Command {
 public:
  Command(std::string path, std::string description)
      : path_(std::move(path)), description_(std::move(description)) {}

  Command& option(const Option& option) {
    options_.add(option.json());
    return *this;
  }
  // The text shown for the top-level command that subcommands stand under.
  Command& of(std::string_view description) {
    attributes_.add("description", description);
    return *this;
  }
  // Only members with these permissions see it, until a guild's admins decide otherwise.
  Command& requires_permissions(std::uint64_t bits) {
    attributes_.add("default_member_permissions", std::to_string(bits));
    return *this;
  }
  Command& only_in_guilds() {
    attributes_.add_raw("contexts", "[0]");
    return *this;
  }
  // When the host has to defer on the plugin's behalf, only the person who asked sees it.
  Command& answers_privately() {
    attributes_.add("ephemeral", true);
    return *this;
  }

  const std::string& path() const { return path_; }
  const std::string& description() const { return description_; }
  std::string options_json() const { return options_.text(); }
  std::string attributes_json() const { return attributes_.text(); }

 private:
  std::string path_;
  std::string description_;
  JsonArray options_;
  JsonObject attributes_;
};

}  // namespace discern::plugin
