#pragma once

// Describing a command:
//   Command("trivia play", "Asks a question")
//       .localized("de", "spielen", "Stellt eine Frage")
//       .option(Option::string("topic", "What it is about").choices({{"Space", "space"}}))

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "discern/plugin/json_text.hpp"
#include "discern/plugin/permissions.hpp"

namespace discern::plugin {

namespace detail {

// Names and descriptions by Discord's locale: "de", "pt-BR", ...
class Localizations {
 public:
  void add(std::string_view locale, std::string_view name, std::string_view description) {
    if (!name.empty()) names_.add(locale, name);
    if (!description.empty()) descriptions_.add(locale, description);
  }
  void write_to(JsonObject& out) const {
    if (!names_.empty()) out.add("name_localizations", names_);
    if (!descriptions_.empty()) out.add("description_localizations", descriptions_);
  }

 private:
  JsonObject names_;
  JsonObject descriptions_;
};

}  // namespace detail

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
  // A user or a role.
  static Option mentionable(std::string name, std::string text) {
    return {9, std::move(name), std::move(text)};
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
  // Of integers and numbers.
  Option& range(std::int64_t least, std::int64_t most) {
    json_.add("min_value", least).add("max_value", most);
    return *this;
  }
  // Of a string, in characters.
  Option& length(std::uint32_t least, std::uint32_t most) {
    json_.add("min_length", least).add("max_length", most);
    return *this;
  }
  // Of a channel: only these kinds, by Discord's numbers (0 text, 2 voice, 4 category, 15 forum).
  Option& channel_types(const std::vector<int>& types) {
    JsonArray out;
    for (const int type : types) out.add(type);
    json_.add("channel_types", out);
    return *this;
  }
  // What people with that language see: "de", "pt-BR", ... An empty text keeps the general one.
  Option& localized(std::string_view locale, std::string_view name, std::string_view description) {
    localizations_.add(locale, name, description);
    return *this;
  }
  // Ask the plugin while the person types (Command::autocomplete).
  Option& autocomplete() {
    json_.add("autocomplete", true);
    return *this;
  }
  // Text shown and value sent, at most 25: of a string, of an integer, of a number.
  Option& choices(const std::vector<std::pair<std::string, std::string>>& list) {
    return add_choices(list);
  }
  Option& integer_choices(const std::vector<std::pair<std::string, std::int64_t>>& list) {
    return add_choices(list);
  }
  Option& number_choices(const std::vector<std::pair<std::string, double>>& list) {
    return add_choices(list);
  }
  JsonObject json() const {
    JsonObject out = json_;
    if (required_) out.add("required", true);
    localizations_.write_to(out);
    return out;
  }

 private:
  Option(int type, const std::string& name, const std::string& text) {
    json_.add("type", type).add("name", name).add("description", text);
  }
  template <class Value>
  Option& add_choices(const std::vector<std::pair<std::string, Value>>& list) {
    JsonArray out;
    for (const auto& [text, value] : list)
      out.add(JsonObject().add("name", text).add("value", value));
    json_.add("choices", out);
    return *this;
  }

  JsonObject json_;
  detail::Localizations localizations_;
  bool required_ = false;
};

// Where a command can be used, and by whom it was installed. Numbers are Discord's.
enum class Context { Guild = 0, BotDm = 1, PrivateChannel = 2 };
enum class Install { Guild = 0, User = 1 };

// A command ("ping"), a subcommand ("trivia play") or one in a group ("music queue add").
class Command {
 public:
  enum class Type { Slash = 1, User = 2, Message = 3 };

  Command(std::string path, std::string description)
      : path_(std::move(path)), description_(std::move(description)) {}
  // In the menu of a person, and of a message. The name is what people read there, 1 to 32
  // characters; there are no options, and localized() takes names only.
  static Command user(std::string name) { return {Type::User, std::move(name)}; }
  static Command message(std::string name) { return {Type::Message, std::move(name)}; }

  Command& option(const Option& option) {
    options_.add(option.json());
    return *this;
  }
  // The text shown for the top-level command that subcommands stand under.
  Command& of(std::string_view description) {
    attributes_.add("description", description);
    return *this;
  }
  // What people with that language see of it: "de", "pt-BR", ... `name` is the last word of the
  // path; an empty text keeps the general one.
  Command& localized(std::string_view locale, std::string_view name, std::string_view description) {
    localizations_.add(locale, name, description);
    return *this;
  }
  // Only members with these permissions see it, until a guild's admins decide otherwise:
  // permission::kBanMembers | permission::kKickMembers. Of subcommands, the whole command.
  Command& requires_permissions(std::uint64_t bits) {
    attributes_.add("default_member_permissions", std::to_string(bits));
    return *this;
  }
  // Left out, Discord's default for the application.
  Command& contexts(const std::vector<Context>& list) { return numbers("contexts", list); }
  Command& installed_by(const std::vector<Install>& list) {
    return numbers("integration_types", list);
  }
  Command& only_in_guilds() { return contexts({Context::Guild}); }
  // Only in channels that are marked for adults.
  Command& age_restricted() {
    attributes_.add("nsfw", true);
    return *this;
  }
  // When the host has to defer on the plugin's behalf, only the person who asked sees it.
  Command& answers_privately() {
    attributes_.add("ephemeral", true);
    return *this;
  }

  Type type() const { return type_; }
  const std::string& path() const { return path_; }
  // What the host counts it as: "music play", "Report (user)", "Report (message)".
  std::string name() const {
    if (type_ == Type::Slash) return path_;
    return path_ + (type_ == Type::User ? " (user)" : " (message)");
  }
  const std::string& description() const { return description_; }
  std::string options_json() const { return options_.text(); }
  std::string attributes_json() const {
    JsonObject own;
    localizations_.write_to(own);
    JsonObject out = attributes_;
    if (!own.empty()) out.add("own", own);
    return out.text();
  }

 private:
  Command(Type type, std::string name) : type_(type), path_(std::move(name)) {}
  template <class Number>
  Command& numbers(std::string_view key, const std::vector<Number>& list) {
    JsonArray out;
    for (const Number one : list) out.add(static_cast<int>(one));
    attributes_.add(key, out);
    return *this;
  }

  Type type_ = Type::Slash;
  std::string path_;
  std::string description_;
  JsonArray options_;
  JsonObject attributes_;
  detail::Localizations localizations_;
};

}  // namespace discern::plugin
