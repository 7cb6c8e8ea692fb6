#include "plugin/command_spec.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <tuple>

#include "discern/plugin/limits/registration.hpp"

namespace discern::plugin {
namespace {

namespace json = boost::json;
using discord::CommandType;

constexpr int kSubcommand = 1;
constexpr int kSubcommandGroup = 2;

std::vector<std::string_view> words(std::string_view path) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t space = path.find(' ');
    out.push_back(path.substr(0, space));
    if (space == std::string_view::npos) return out;
    path.remove_prefix(space + 1);
  }
}

Error wrong(const CommandSpec& spec, std::string text) {
  return Error(Errc::Invalid, "command \"" + spec.name() + "\": " + std::move(text));
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

limits::Declared declared(const CommandSpec& spec) {
  return {static_cast<std::int64_t>(spec.type),
          spec.path,
          spec.description,
          spec.options_json,
          spec.attributes_json};
}

bool is_json(const std::string& text) {
  boost::system::error_code bad;
  (void)json::parse(text, bad);
  return text.empty() || !bad;
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
  if (!is_json(spec.options_json)) return wrong(spec, "its options are not a list");
  if (!is_json(spec.attributes_json)) return wrong(spec, "its attributes are not an object");
  std::vector<limits::Declared> there;
  for (const CommandSpec& other : others) there.push_back(declared(other));
  std::string why = limits::why_refused(declared(spec), there);
  if (!why.empty()) return wrong(spec, std::move(why));
  return {};
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
