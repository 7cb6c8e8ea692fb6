#pragma once

// What Discord refuses of application commands: "Application Commands".

#include <set>
#include <span>

#include "discern/plugin/limits/form.hpp"
#include "discern/plugin/limits/names.hpp"

namespace discern::plugin::limits {

namespace command {
inline constexpr std::int64_t kSlash = 1;
inline constexpr std::int64_t kUser = 2;
inline constexpr std::int64_t kMessage = 3;
inline constexpr std::int64_t kEntryPoint = 4;
}  // namespace command

namespace option {
inline constexpr std::int64_t kSubcommand = 1;
inline constexpr std::int64_t kGroup = 2;
inline constexpr std::int64_t kString = 3;
inline constexpr std::int64_t kInteger = 4;
inline constexpr std::int64_t kChannel = 7;
inline constexpr std::int64_t kNumber = 10;
inline constexpr std::int64_t kAttachment = 11;
}  // namespace option

namespace detail {

inline bool is_locale(std::string_view locale) {
  return std::find(std::begin(kLocales), std::end(kLocales), locale) != std::end(kLocales);
}

// One command and all below it.
class CommandCheck {
 public:
  void check(Form& command);

 private:
  enum class Names { Word, Menu, Text };  // Rules of a name: of a word, in a menu, of a choice.
  void check_name(Form& one, std::string_view key, std::string_view name, Names names);
  // `key` and its localisations; the length of the longest is what counts toward the total.
  void check_texts(Form& one, const std::string& key, const Limit& limit, Names names, bool name);
  void check_options(Form& owner, int depth);
  void check_option(Form& option, int depth, bool only_subcommands);
  void check_choices(Form& option, std::int64_t type);
  void check_range(Form& option, std::int64_t type);
  static void check_lists(Form& one);

  std::int64_t total_ = 0;
};

inline void CommandCheck::check_name(Form& one,
                                     std::string_view key,
                                     std::string_view name,
                                     Names names) {
  const std::string why = names == Names::Word ? why_no_name(name) : why_no_menu_name(name);
  if (why.empty()) return;
  one.problem(key,
              "APPLICATION_COMMAND_INVALID_NAME",
              "Command name is invalid",
              "(\"" + std::string(name) + "\") " + why);
}

inline void CommandCheck::check_texts(
    Form& one, const std::string& key, const Limit& limit, Names names, bool name) {
  const std::size_t before = one.problems().size();
  const std::string text = one.text(key, limit, Need::Required);
  if (name && names != Names::Text && one.problems().size() == before) {
    check_name(one, key, text, names);
  }
  std::int64_t longest = characters(text);
  const std::string translations = key + "_localizations";
  one.object(translations, [&](Form texts) {
    one[translations].each_member([&](const std::string& locale, Json value) {
      if (!is_locale(locale)) {
        texts.problem(locale,
                      "DICT_TYPE_CONVERT",
                      "Unknown locale.",
                      "is no language of Discord's; use \"de\", \"pt-BR\", \"en-US\", ...");
      }
      if (value.is_null()) return;
      const std::size_t found = texts.problems().size();
      const std::string translated = texts.text(locale, limit, Need::Required);
      if (name && names != Names::Text && texts.problems().size() == found) {
        check_name(texts, locale, translated, names);
      }
      longest = std::max(longest, characters(translated));
    });
  });
  total_ += longest;
}

inline void CommandCheck::check_choices(Form& option, std::int64_t type) {
  const auto given = option.list("choices", kChoices);
  if (!given || *given == 0) return;
  if (type != option::kString && type != option::kInteger && type != option::kNumber) {
    option.problem("choices",
                   "APPLICATION_COMMAND_OPTIONS_CHOICES_NOT_ALLOWED",
                   "Choices are not allowed for this option type",
                   "go with text, integers and numbers only");
    return;
  }
  if (option["autocomplete"].boolean()) {
    option.problem("autocomplete",
                   "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES",
                   "Autocomplete cannot be used with choices",
                   "does not go with choices; use one of them");
  }
  option.each("choices", [&](Form choice) {
    check_texts(choice, "name", kChoiceName, Names::Text, true);
    const Json value = choice["value"];
    if (!value.exists()) return choice.missing("value");
    if (type == option::kString) {
      total_ += characters(choice.text("value", kChoiceValue));
      return;
    }
    const double number = value.number(0);
    const bool numeric = !value.is_string() && !value.is_object() && !value.is_array() &&
                         value.raw() != "true" && value.raw() != "false";
    const bool whole = number == static_cast<double>(value.integer());
    if (!numeric || (type == option::kInteger && !whole)) {
      return choice.problem("value",
                            "NUMBER_TYPE_COERCE",
                            "Value is not a number.",
                            type == option::kInteger ? "is no whole number" : "is no number");
    }
    const Limit& limit = type == option::kInteger ? kIntegerValue : kNumberValue;
    if (number < static_cast<double>(limit.least) || number > static_cast<double>(limit.most)) {
      choice.number_out_of("value", limit, std::string(value.raw()));
    }
  });
}

inline void CommandCheck::check_range(Form& option, std::int64_t type) {
  const bool numeric = type == option::kInteger || type == option::kNumber;
  for (const char* key : {"min_value", "max_value"}) {
    const Json value = option[key];
    if (!value.exists()) continue;
    const double number = value.number(0);
    const Limit& limit = type == option::kInteger ? kIntegerValue : kNumberValue;
    if (!numeric) {
      option.problem(key,
                     "APPLICATION_COMMAND_OPTIONS_RANGE_NOT_ALLOWED",
                     "Not allowed for this option type",
                     "goes with integers and numbers only");
    } else if (value.is_string() ||
               (type == option::kInteger && number != static_cast<double>(value.integer()))) {
      option.problem(key,
                     "NUMBER_TYPE_COERCE",
                     "Value is not a number.",
                     type == option::kInteger ? "is no whole number" : "is no number");
    } else if (number < static_cast<double>(limit.least) ||
               number > static_cast<double>(limit.most)) {
      option.number_out_of(key, limit, std::string(value.raw()));
    }
  }
  for (const char* key : {"min_length", "max_length"}) {
    if (!option.has(key)) continue;
    option.integer(key, key[1] == 'i' ? kOptionLengthLeast : kOptionLengthMost);
    if (type == option::kString) continue;
    option.problem(key,
                   "APPLICATION_COMMAND_OPTIONS_LENGTH_NOT_ALLOWED",
                   "Not allowed for this option type",
                   "goes with text only");
  }
  for (const auto& [low, high] :
       {std::pair{"min_value", "max_value"}, std::pair{"min_length", "max_length"}}) {
    if (!option.has(low) || !option.has(high)) continue;
    if (option[low].number() <= option[high].number()) continue;
    option.problem(low,
                   "NUMBER_TYPE_MAX",
                   "Value must be less than or equal to " + std::string(option[high].raw()) + ".",
                   "is more than " + std::string(high));
  }
}

inline void CommandCheck::check_option(Form& option, int depth, bool only_subcommands) {
  using namespace limits::option;
  constexpr Limit kType{Limit::Of::Value, 1, 11, "", "", ""};
  const std::int64_t type = option.integer("type", kType, Need::Required).value_or(0);
  check_texts(option, "name", kCommandName, Names::Word, true);
  check_texts(option, "description", kCommandDescription, Names::Text, false);
  const bool subcommand = type == kSubcommand || type == kGroup;
  const bool fits = type == kGroup ? depth == 0 : type == kSubcommand ? depth <= 1 : depth != 1;
  if ((subcommand && !only_subcommands) || (depth == 1 && !subcommand) || !fits) {
    option.problem("type",
                   "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                   "Sub-command and sub-command group option types are mutually exclusive to all "
                   "other types",
                   "cannot stand here: a command has subcommands or options, a group only "
                   "subcommands, a subcommand only options");
  }
  if (type == kGroup) return check_options(option, 1);
  if (type == kSubcommand) return check_options(option, 2);
  if (option.has("options")) {
    option.problem("options",
                   "APPLICATION_COMMAND_OPTIONS_NOT_ALLOWED",
                   "Only sub-commands and groups have options",
                   "go with subcommands only");
  }
  check_choices(option, type);
  check_range(option, type);
  const bool typed = type == kString || type == kInteger || type == kNumber;
  if (option["autocomplete"].boolean() && !typed) {
    option.problem("autocomplete",
                   "APPLICATION_COMMAND_AUTOCOMPLETE_NOT_ALLOWED",
                   "Not allowed for this option type",
                   "goes with text, integers and numbers only");
  }
  if (option.has("channel_types") && type != kChannel) {
    option.problem("channel_types",
                   "APPLICATION_COMMAND_OPTIONS_CHANNEL_TYPES_NOT_ALLOWED",
                   "Not allowed for this option type",
                   "goes with channels only");
  }
  option.list("file_types", kFileTypes);
}

inline void CommandCheck::check_options(Form& owner, int depth) {
  using namespace limits::option;
  const auto given = owner.list("options", kCommandOptions);
  if (depth == 1 && given.value_or(0) == 0) {
    owner.missing("options", "is missing: a group needs a subcommand");
  }
  bool subcommands = false;
  owner.each("options", [&](Form option) {
    const std::int64_t type = option["type"].integer();
    subcommands = subcommands || type == kSubcommand || type == kGroup;
  });
  const bool only_subcommands = subcommands && depth < 2;
  std::set<std::pair<std::string, std::string>> names;  // Locale ("" for the default) and name.
  bool optional_seen = false;
  owner.each("options", [&](Form option) {
    check_option(option, depth, only_subcommands);
    const std::int64_t type = option["type"].integer();
    if (only_subcommands && type != kSubcommand && type != kGroup) {
      option.problem("type",
                     "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                     "Sub-command and sub-command group option types are mutually exclusive to "
                     "all other types",
                     "stands beside a subcommand; a command has subcommands or options, not both");
    }
    const std::string name = option["name"].string();
    if (!name.empty() && !names.emplace("", name).second) {
      option.problem("name",
                     "APPLICATION_COMMAND_OPTIONS_NAME_INVALID",
                     "Option name is repeated",
                     "is \"" + name + "\" a second time");
    }
    const bool required = option["required"].boolean();
    if (required && optional_seen) {
      option.problem("",
                     "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                     "Required options must be placed before non-required options",
                     "is required, but an option before it is not; required options come first");
    }
    optional_seen = optional_seen || !required;
  });
  // Localised names differ from each other in their language, and from the other options' names.
  owner.each("options", [&](Form option) {
    const std::string own = option["name"].string();
    option["name_localizations"].each_member([&](const std::string& locale, Json value) {
      const std::string name = value.string();
      const bool taken = name != own && names.contains({"", name});
      if (!name.empty() && (taken || !names.emplace(locale, name).second)) {
        option.problem("name_localizations." + locale,
                       "APPLICATION_COMMAND_OPTIONS_NAME_INVALID",
                       "Option name is repeated",
                       "is \"" + name + "\", which another option is called");
      }
    });
  });
}

inline void CommandCheck::check_lists(Form& one) {
  for (const char* key : {"contexts", "integration_types"}) {
    const Json list = one[key];
    if (!list.exists()) continue;
    if (!list.is_array()) {
      one.problem(key, "LIST_TYPE_CONVERT", "Only iterables may be used.", "is no list");
      continue;
    }
    std::set<std::int64_t> seen;
    const std::int64_t most = std::string_view(key) == "contexts" ? 2 : 1;
    if (list.size() == 0) {
      one.problem(key,
                  "BASE_TYPE_BAD_LENGTH",
                  "Must be between 1 and 3 in length.",
                  "is empty; leave it out for Discord's default");
    }
    std::size_t index = 0;
    list.each_element([&](Json element) {
      const std::int64_t value = element.integer(-1);
      const std::string at = std::string(key) + "." + std::to_string(index++);
      if (value < 0 || value > most) {
        one.problem(at,
                    "BASE_TYPE_CHOICES",
                    "Value must be one of the known ones.",
                    "is unknown; use 0 to " + std::to_string(most));
      } else if (!seen.insert(value).second) {
        one.problem(at,
                    "SET_TYPE_ALREADY_CONTAINS_VALUE",
                    "The list already contains that value.",
                    "is there a second time");
      }
    });
  }
  const Json bits = one["default_member_permissions"];
  if (!bits.exists()) return;
  const std::string text = bits.is_string() ? bits.string() : std::string(bits.raw());
  const bool digits = !text.empty() && text.size() <= 20 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  if (digits) return;
  one.problem("default_member_permissions",
              "BITFIELD_TYPE_CONVERT",
              "Invalid permissions.",
              "must be the permissions' bits as a number in a string, such as \"8\"");
}

inline void CommandCheck::check(Form& command) {
  constexpr Limit kType{Limit::Of::Value, 1, 4, "", "", ""};
  const std::int64_t type = command.integer("type", kType).value_or(command::kSlash);
  const bool slash = type == command::kSlash;
  check_texts(command, "name", kCommandName, slash ? Names::Word : Names::Menu, true);
  if (slash) {
    check_texts(command, "description", kCommandDescription, Names::Text, false);
    check_options(command, 0);
  } else {
    if (type != command::kEntryPoint && !command["description"].string().empty()) {
      command.problem("description",
                      "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID",
                      "Context menu commands cannot have description",
                      "does not go with a command in a menu");
    }
    if (command["options"].size() > 0) {
      command.problem("options",
                      "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_INVALID",
                      "Context menu commands cannot have options",
                      "do not go with a command in a menu");
    }
  }
  if (command.has("handler") && type != command::kEntryPoint) {
    command.problem("handler",
                    "APPLICATION_COMMAND_INVALID_HANDLER",
                    "Only entry point commands have a handler",
                    "goes with entry points only");
  }
  check_lists(command);
  if (total_ <= kCommandTotal.most) return;
  command.problem("",
                  "APPLICATION_COMMAND_TOO_LARGE",
                  "Command exceeds maximum size (8000)",
                  "has " + std::to_string(total_) +
                      " characters in its names, descriptions and choices, the longest language "
                      "of each; Discord allows 8000");
}

}  // namespace detail

// One command as it is registered; `path` is where it stands ("3" in a list, "" alone).
inline Problems check_command(Json command, const std::string& path = {}) {
  Problems problems;
  Form form(command, path, problems);
  if (!command.is_object()) {
    form.problem("", "DICT_TYPE_CONVERT", "Only dictionaries may be used.", "is no object");
    return problems;
  }
  detail::CommandCheck().check(form);
  return problems;
}

// How many commands of a type an application may have, globally and in each guild.
inline const Limit& commands_of(std::int64_t type) {
  return type == command::kUser         ? kUserCommands
         : type == command::kMessage    ? kMessageCommands
         : type == command::kEntryPoint ? kEntryPoints
                                        : kSlashCommands;
}

// The list of a bulk overwrite.
inline Problems check_commands(Json list) {
  Problems problems;
  std::set<std::pair<std::int64_t, std::string>> names;
  std::int64_t of_type[5] = {};
  std::size_t index = 0;
  list.each_element([&](Json command) {
    const std::string path = std::to_string(index++);
    Problems own = check_command(command, path);
    problems.insert(problems.end(), own.begin(), own.end());
    const std::int64_t type =
        std::clamp<std::int64_t>(command["type"].integer(command::kSlash), 1, 4);
    ++of_type[type];
    const std::string name = command["name"].string();
    if (names.emplace(type, name).second) return;
    problems.push_back({path,
                        "has the name \"" + name + "\", which is there already",
                        "APPLICATION_COMMANDS_DUPLICATE_NAME",
                        "Application command names must be unique"});
  });
  for (std::int64_t type = 1; type <= 4; ++type) {
    const Limit& limit = commands_of(type);
    if (of_type[type] <= limit.most) continue;
    problems.push_back(
        {"",
         "there are " + std::to_string(of_type[type]) + " " + std::string(limit.what) +
             "; Discord allows " + std::to_string(limit.most),
         "BASE_TYPE_MAX_LENGTH",
         "Maximum number of application commands reached (" + std::to_string(limit.most) + ").",
         30032});
  }
  return problems;
}

// The data of an answer to an autocomplete.
inline Problems check_autocomplete(Json body) {
  Problems problems;
  Form form(body, "", problems);
  form.list("choices", kChoices, Need::Required);
  form.each("choices", [](Form choice) {
    choice.text("name", kChoiceName, Need::Required);
    const Json value = choice["value"];
    if (!value.exists()) return choice.missing("value");
    if (value.is_string()) {
      choice.text("value", kChoiceValue);
    } else if (value.number() < static_cast<double>(kNumberValue.least) ||
               value.number() > static_cast<double>(kNumberValue.most)) {
      choice.number_out_of("value", kNumberValue, std::string(value.raw()));
    }
  });
  return problems;
}

}  // namespace discern::plugin::limits
