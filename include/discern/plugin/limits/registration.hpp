#pragma once

// Whether Discord would take a command as a plugin declares it: by its path, beside the others of
// the bot. The host and the test kit ask the same question here.

#include <map>
#include <span>

#include "discern/plugin/json_text.hpp"
#include "discern/plugin/limits/commands.hpp"

namespace discern::plugin::limits {

// One command without subcommands, one subcommand, or one in a menu, as abi.h has it.
struct Declared {
  std::int64_t type = command::kSlash;
  std::string path;  // "ping", "trivia play", "music queue add"; of one in a menu, its name.
  std::string description;
  std::string options_json;     // Array or empty.
  std::string attributes_json;  // Object or empty; belongs to the top-level command.

  std::string root() const {
    return type == command::kSlash ? path.substr(0, path.find(' ')) : path;
  }
};

namespace detail {

inline std::vector<std::string> words_of(const Declared& one) {
  std::vector<std::string> out;
  if (one.type != command::kSlash) return {one.path};
  for (std::size_t at = 0;;) {
    const std::size_t space = one.path.find(' ', at);
    out.push_back(one.path.substr(at, space == std::string::npos ? space : space - at));
    if (space == std::string::npos) return out;
    at = space + 1;
  }
}

inline void add_texts(JsonObject& out, const Declared& one, const std::string& description) {
  if (one.type == command::kSlash) out.add("description", description);
  if (!one.options_json.empty()) out.add_raw("options", one.options_json);
  Json(one.attributes_json)["own"].each_member(
      [&](const std::string& key, Json value) { out.add_raw(key, value.raw()); });
}

// The body that Discord gets for commands of one type and root.
inline std::string command_body(std::span<const Declared> tree) {
  const Declared& first = tree.front();
  JsonObject root;
  root.add("type", first.type).add("name", first.root());
  std::string description;
  for (const Declared& one : tree) {
    const Json attributes(one.attributes_json);
    if (attributes["description"]) description = attributes["description"].string();
    attributes.each_member([&](const std::string& key, Json value) {
      if (key == "own" || key == "ephemeral" || key == "description") return;
      root.add_raw(key, value.raw());
    });
  }
  if (words_of(first).size() == 1) {
    add_texts(root, first, description.empty() ? first.description : description);
    return root.text();
  }
  JsonArray children;
  std::map<std::string, JsonArray> groups;
  for (const Declared& one : tree) {
    const std::vector<std::string> path = words_of(one);
    JsonObject leaf;
    leaf.add("type", option::kSubcommand).add("name", path.back());
    add_texts(leaf, one, one.description);
    (path.size() == 3 ? groups[path[1]] : children).add(leaf);
  }
  for (const auto& [name, subcommands] : groups) {
    children.add(JsonObject()
                     .add("type", option::kGroup)
                     .add("name", name)
                     .add("description", "Commands of " + name)
                     .add("options", subcommands));
  }
  root.add("description", description.empty() ? "Commands of " + first.root() : description);
  return root.add("options", children).text();
}

// What commands and their attributes may say of themselves; everything else is made by the host.
inline std::string why_bad_attributes(const Declared& one) {
  constexpr std::string_view kKnown[] = {"description",
                                         "default_member_permissions",
                                         "contexts",
                                         "integration_types",
                                         "nsfw",
                                         "ephemeral",
                                         "own"};
  constexpr std::string_view kTexts[] = {"name_localizations", "description_localizations"};
  const Json attributes(one.attributes_json);
  if (!one.attributes_json.empty() && !attributes.is_object()) {
    return "its attributes are not an object";
  }
  if (attributes["own"] && !attributes["own"].is_object()) return "its translations are no object";
  std::string why;
  const auto check = [&](Json object, std::span<const std::string_view> known) {
    object.each_member([&](const std::string& key, Json) {
      if (std::find(known.begin(), known.end(), key) != known.end()) return;
      why = "\"" + key + "\" is no attribute of a command";
    });
  };
  check(attributes, kKnown);
  check(attributes["own"], kTexts);
  return why;
}

inline std::string why_bad_shape(const Declared& one) {
  const Json options(one.options_json);
  if (!one.options_json.empty() && !options.is_array()) return "its options are not a list";
  if (one.type != command::kSlash) {
    if (!one.description.empty() || Json(one.attributes_json)["description"]) {
      return "one in a menu has no description";
    }
    if (options.size() > 0) return "one in a menu has no options";
    return why_bad_attributes(one);
  }
  const std::vector<std::string> path = words_of(one);
  if (path.size() > 3) return "has more than three words";
  for (const std::string& word : path) {
    if (word.empty()) return "its name needs one to three words, with one space between them";
  }
  return why_bad_attributes(one);
}

// "options.0.options.2.choices.3.name has ..." of "music play": the author knows the third option
// by its name and has never seen the tree.
inline std::string for_author(const Declared& one, const Problem& problem) {
  std::string_view path = problem.path;
  constexpr std::string_view kChild = "options.0.";
  for (std::size_t depth = words_of(one).size(); depth > 1 && path.starts_with(kChild); --depth) {
    path.remove_prefix(kChild.size());
  }
  Problem shown = problem;
  shown.path = path;
  constexpr std::string_view kOption = "options.";
  const std::string_view index =
      path.starts_with(kOption) ? path.substr(kOption.size()) : std::string_view();
  const std::string_view digits = index.substr(0, index.find('.'));
  const std::string name = Json(one.options_json).find(std::string(digits) + ".name").string();
  std::string prefix;
  if (!digits.empty() && !name.empty()) {
    prefix = "option \"" + name + "\": ";
    const std::size_t dot = index.find('.');
    shown.path = dot == std::string_view::npos ? "" : index.substr(dot + 1);
    if (shown.path.empty()) return prefix + "it " + shown.text;
  }
  return prefix + (shown.path.empty() ? "it " : "its ") + shown.sentence();
}

inline std::string why_beside(const Declared& one, std::span<const Declared> others) {
  std::set<std::string> roots = {one.root()};
  for (const Declared& other : others) {
    if (other.type != one.type) continue;
    roots.insert(other.root());
    if (other.path == one.path) return "is registered twice";
    if (one.type != command::kSlash) continue;
    if (other.path.starts_with(one.path + " ") || one.path.starts_with(other.path + " ")) {
      return "cannot stand beside \"" + other.path +
             "\": a command with subcommands cannot be used itself";
    }
  }
  const Limit& most = commands_of(one.type);
  if (static_cast<std::int64_t>(roots.size()) <= most.most) return {};
  return "is one too many; Discord allows a bot " + std::to_string(most.most) + " " +
         std::string(most.what);
}

}  // namespace detail

// Why Discord would refuse the command beside the others of the bot; empty if it would not. What it
// returns follows the name of the command: "option "topic": its choices has 26 choices; Discord
// allows 25". Precondition: options and attributes are well-formed JSON.
inline std::string why_refused(const Declared& one, std::span<const Declared> others) {
  if (std::string why = detail::why_bad_shape(one); !why.empty()) return why;
  const std::string alone = detail::command_body({&one, 1});
  if (const Problems found = check_command(Json(alone)); !found.empty()) {
    return detail::for_author(one, found.front());
  }
  if (std::string why = detail::why_beside(one, others); !why.empty()) return why;
  // Subcommands are one command for Discord: their number and size count together.
  std::vector<Declared> tree = {one};
  for (const Declared& other : others) {
    if (other.type == one.type && other.root() == one.root()) tree.push_back(other);
  }
  if (tree.size() == 1) return {};
  const std::string together = detail::command_body(tree);
  const Problems found = check_command(Json(together));
  if (found.empty()) return {};
  return "with the other commands of \"" + one.root() + "\": " + found.front().sentence();
}

}  // namespace discern::plugin::limits
