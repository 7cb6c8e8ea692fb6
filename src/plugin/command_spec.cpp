#include "plugin/command_spec.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <tuple>

#include "base/utf8.hpp"

namespace discern::plugin {
namespace {

namespace json = boost::json;
using discord::CommandType;

constexpr int kSubcommand = 1;
constexpr int kSubcommandGroup = 2;
constexpr std::size_t kMaxChildren = 25;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::vector<std::string_view> words(std::string_view path) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t space = path.find(' ');
    out.push_back(path.substr(0, space));
    if (space == std::string_view::npos) return out;
    path.remove_prefix(space + 1);
  }
}

bool is_word(std::string_view word) {
  if (!is_utf8(word) || word.empty() || characters(word) > 32) return false;
  // Letters beyond ASCII are Discord's to judge.
  return std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           (c & 0x80) != 0;
  });
}

// What people read in a menu: any text of one line.
bool is_menu_name(std::string_view name) {
  const bool one_line = std::none_of(
      name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return is_utf8(name) && one_line && characters(name) >= 1 && characters(name) <= 32 &&
         name.front() != ' ' && name.back() != ' ';
}

Error wrong(const CommandSpec& spec, std::string text) {
  return Error(Errc::Invalid, "command \"" + spec.name() + "\": " + std::move(text));
}

Result<void> check_options(const CommandSpec& spec) {
  if (spec.options_json.empty()) return {};
  boost::system::error_code bad;
  const json::value options = json::parse(spec.options_json, bad);
  if (bad || !options.is_array()) return wrong(spec, "its options are not a list");
  if (options.as_array().size() > kMaxChildren) return wrong(spec, "has more than 25 options");
  std::vector<std::string> seen;
  bool optional_seen = false;
  for (const json::value& option : options.as_array()) {
    const json::object* object = option.if_object();
    const json::value* name = object != nullptr ? object->if_contains("name") : nullptr;
    const json::value* text = object != nullptr ? object->if_contains("description") : nullptr;
    if (name == nullptr || text == nullptr || !name->is_string() || !text->is_string()) {
      return wrong(spec, "an option lacks its name or description");
    }
    const std::string word(name->as_string());
    if (!is_word(word)) {
      return wrong(spec,
                   "option \"" + word + "\" must be 1 to 32 lower-case letters, digits, - or _");
    }
    if (std::find(seen.begin(), seen.end(), word) != seen.end()) {
      return wrong(spec, "option \"" + word + "\" is there twice");
    }
    seen.push_back(word);
    const std::size_t length = characters(text->as_string());
    if (length < 1 || length > 100) {
      return wrong(spec,
                   "the description of option \"" + word + "\" must have 1 to 100 characters");
    }
    const json::value* required = object->if_contains("required");
    const bool is_required = required != nullptr && required->is_bool() && required->as_bool();
    if (is_required && optional_seen) {
      return wrong(spec, "required option \"" + word + "\" must come before those that are not");
    }
    optional_seen = optional_seen || !is_required;
  }
  return {};
}

Result<void> check_neighbours(const CommandSpec& spec, std::span<const CommandSpec> others) {
  CommandCount count;
  count.add(spec);
  for (const CommandSpec& other : others) {
    count.add(other);
    if (other.type != spec.type) continue;
    if (other.path == spec.path) return wrong(spec, "is registered twice");
    if (spec.type != CommandType::Slash) continue;
    const bool under = other.path.starts_with(spec.path + " ");
    const bool above = spec.path.starts_with(other.path + " ");
    if (under || above) {
      return wrong(spec,
                   "cannot stand beside \"" + other.path +
                       "\": a command with subcommands cannot be used itself");
    }
  }
  return check_count(spec, count);
}

json::object attributes_of(const CommandSpec& spec) {
  boost::system::error_code bad;
  const json::value parsed = json::parse(spec.attributes_json, bad);
  return bad || !parsed.is_object() ? json::object() : parsed.as_object();
}

// The child of that name among `parent`'s options, made when there is none.
json::object& ensure_child(json::object& parent,
                           std::string_view name,
                           int type,
                           std::string_view description) {
  json::value& options = parent["options"];
  if (!options.is_array()) options = json::array();
  for (json::value& child : options.as_array()) {
    if (child.as_object().at("name").as_string() == name) return child.as_object();
  }
  json::object made{{"type", type}, {"name", name}, {"description", description}};
  options.as_array().push_back(std::move(made));
  return options.as_array().back().as_object();
}

// Names follow the rules of names, descriptions those of descriptions, in every language.
Result<void> check_localizations(const CommandSpec& spec, const json::object& own) {
  for (const char* key : {"name_localizations", "description_localizations"}) {
    const json::value* texts = own.if_contains(key);
    if (texts == nullptr) continue;
    if (!texts->is_object()) return wrong(spec, std::string(key) + " is not an object");
    const bool names = std::string_view(key).starts_with("name");
    const bool menu = spec.type != CommandType::Slash;
    if (menu && !names) return wrong(spec, "one in a menu has no description");
    for (const auto& [locale, text] : texts->get_object()) {
      const std::string_view value =
          text.is_string() ? std::string_view(text.get_string()) : std::string_view();
      const bool fits = names ? (menu ? is_menu_name(value) : is_word(value))
                              : !value.empty() && characters(value) <= 100;
      if (fits) continue;
      return wrong(spec,
                   std::string(names ? "its name" : "its description") + " in \"" +
                       std::string(locale) + "\" must have " +
                       (menu    ? "1 to 32 characters"
                        : names ? "1 to 32 letters of that language in lower case, digits, - or _"
                                : "1 to 100 characters"));
    }
  }
  return {};
}

json::object* find_own(json::object& attributes) {
  json::value* own = attributes.if_contains("own");
  return own == nullptr ? nullptr : own->if_object();
}

void add_own(json::object& place, const CommandSpec& spec) {
  json::object attributes = attributes_of(spec);
  if (const json::object* own = find_own(attributes)) {
    for (const auto& member : *own) place[member.key()] = member.value();
  }
}

void add_to_tree(json::object& root, const CommandSpec& spec) {
  const std::vector<std::string_view> path = words(spec.path);
  json::object* place = &root;
  if (path.size() == 3) {
    place = &ensure_child(*place, path[1], kSubcommandGroup, "Commands of " + std::string(path[1]));
  }
  if (path.size() > 1) {
    place = &ensure_child(*place, path.back(), kSubcommand, spec.description);
  }
  (*place)["description"] = spec.description;
  if (!spec.options_json.empty()) (*place)["options"] = json::parse(spec.options_json);
  add_own(*place, spec);
}

Result<void> check_menu(const CommandSpec& spec) {
  if (!is_menu_name(spec.path)) {
    return wrong(spec, "its name must have 1 to 32 characters, without spaces around it");
  }
  if (!spec.description.empty()) return wrong(spec, "one in a menu has no description");
  if (!spec.options_json.empty() && spec.options_json != "[]") {
    return wrong(spec, "one in a menu has no options");
  }
  return {};
}

Result<void> check_slash(const CommandSpec& spec) {
  const std::vector<std::string_view> path = words(spec.path);
  if (path.size() > 3) return wrong(spec, "has more than three words");
  for (const std::string_view word : path) {
    if (!is_word(word)) {
      return wrong(
          spec,
          "each word must be 1 to 32 lower-case letters, digits, - or _, with one space between");
    }
  }
  const std::size_t length = characters(spec.description);
  if (!is_utf8(spec.description) || length < 1 || length > 100) {
    return wrong(spec, "its description must have 1 to 100 characters");
  }
  return {};
}

}  // namespace

Result<void> check_count(const CommandSpec& spec, const CommandCount& count) {
  const std::size_t most = CommandCount::most(spec.type);
  if (count.of(spec.type) <= most) return {};
  const char* kind = spec.type == CommandType::Slash  ? " slash commands"
                     : spec.type == CommandType::User ? " commands in the menu of a person"
                                                      : " commands in the menu of a message";
  return wrong(spec, "is one too many; Discord allows a bot " + std::to_string(most) + kind);
}

Result<void> check_command(const CommandSpec& spec, std::span<const CommandSpec> others) {
  const bool menu = spec.type != CommandType::Slash;
  if (Result<void> words = menu ? check_menu(spec) : check_slash(spec); !words) return words;
  if (!spec.attributes_json.empty()) {
    boost::system::error_code bad;
    const json::value parsed = json::parse(spec.attributes_json, bad);
    if (bad || !parsed.is_object()) return wrong(spec, "its attributes are not an object");
    json::object attributes = parsed.as_object();
    if (menu && attributes.contains("description")) {
      return wrong(spec, "one in a menu has no description");
    }
    if (const json::object* own = find_own(attributes)) {
      if (Result<void> texts = check_localizations(spec, *own); !texts) return texts;
    }
  }
  if (Result<void> options = check_options(spec); !options) return options;
  return check_neighbours(spec, others);
}

bool answers_privately(const CommandSpec& spec) {
  const json::object attributes = attributes_of(spec);
  const json::value* flag = attributes.if_contains("ephemeral");
  return flag != nullptr && flag->is_bool() && flag->as_bool();
}

std::string commands_json(std::vector<CommandSpec> specs) {
  std::sort(specs.begin(), specs.end(), [](const CommandSpec& a, const CommandSpec& b) {
    return std::tie(a.type, a.path) < std::tie(b.type, b.path);
  });
  json::array all;
  CommandCount known;
  for (const CommandSpec& spec : specs) {
    const bool slash = spec.type == CommandType::Slash;
    if (known.add(spec)) {
      all.push_back(json::object{{"type", static_cast<int>(spec.type)}, {"name", spec.root()}});
      if (slash) {
        all.back().as_object()["description"] = "Commands of " + std::string(spec.root());
      }
    }
    json::object& root = all.back().as_object();
    if (slash) {
      add_to_tree(root, spec);
    } else {
      add_own(root, spec);
    }
    for (const auto& member : attributes_of(spec)) {
      // A word to this host, not to Discord; and what was placed above.
      if (member.key() == "ephemeral" || member.key() == "own") continue;
      root[member.key()] = member.value();
    }
  }
  return json::serialize(all);
}

}  // namespace discern::plugin
