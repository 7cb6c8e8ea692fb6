#include "discord/rest/command_set.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <vector>

namespace discern::discord {
namespace {

namespace json = boost::json;

// Fields that mean nothing when they hold this, because Discord assumes it.
struct Default {
  std::string_view key;
  std::string_view value;
};
constexpr Default kCommandDefaults[] = {
    {"type", "1"}, {"description", "\"\""}, {"nsfw", "false"}, {"options", "[]"}};
constexpr Default kOptionDefaults[] = {{"required", "false"},
                                       {"autocomplete", "false"},
                                       {"options", "[]"},
                                       {"choices", "[]"},
                                       {"channel_types", "[]"}};

constexpr std::string_view kCommandFields[] = {"name",
                                               "type",
                                               "description",
                                               "nsfw",
                                               "options",
                                               "default_member_permissions",
                                               "name_localizations",
                                               "description_localizations",
                                               "contexts",
                                               "integration_types",
                                               "handler"};
constexpr std::string_view kOptionFields[] = {"name",
                                              "type",
                                              "description",
                                              "required",
                                              "autocomplete",
                                              "options",
                                              "choices",
                                              "channel_types",
                                              "min_value",
                                              "max_value",
                                              "min_length",
                                              "max_length",
                                              "name_localizations",
                                              "description_localizations"};
// Discord answers with a default of the application's where we say nothing.
constexpr std::string_view kOnlyWhenWanted[] = {"contexts", "integration_types", "handler"};

template <class List>
bool holds(const List& list, std::string_view key) {
  return std::find(std::begin(list), std::end(list), key) != std::end(list);
}

// Keys in order, numbers in one form.
std::string canonical_value(const json::value& value) {
  if (const json::object* object = value.if_object()) {
    std::map<std::string, std::string> fields;
    for (const auto& [key, field] : *object) {
      if (!field.is_null()) fields[std::string(key)] = canonical_value(field);
    }
    std::string out = "{";
    for (const auto& [key, text] : fields) out.append(key).append(":").append(text).append(",");
    return out + "}";
  }
  if (const json::array* array = value.if_array()) {
    std::string out = "[";
    for (const json::value& element : *array) out.append(canonical_value(element)).append(",");
    return out + "]";
  }
  if (value.is_number() && !value.is_double()) {
    return json::serialize(json::value(value.to_number<double>()));
  }
  return json::serialize(value);
}

std::string sorted_numbers(const json::value& value) {
  std::vector<std::string> elements;
  if (const json::array* array = value.if_array()) {
    for (const json::value& element : *array) elements.push_back(canonical_value(element));
  }
  std::sort(elements.begin(), elements.end());
  std::string out = "[";
  for (const std::string& element : elements) out.append(element).append(",");
  return out + "]";
}

template <class Fields, class Defaults>
std::string canonical_object(const json::object& object,
                             const Fields& fields,
                             const Defaults& defaults);

std::string canonical_options(const json::value& value) {
  std::string out = "[";
  if (const json::array* array = value.if_array()) {
    for (const json::value& element : *array) {
      if (const json::object* option = element.if_object()) {
        out.append(canonical_object(*option, kOptionFields, kOptionDefaults)).append(",");
      }
    }
  }
  return out + "]";
}

template <class Fields, class Defaults>
std::string canonical_object(const json::object& object,
                             const Fields& fields,
                             const Defaults& defaults) {
  std::map<std::string_view, std::string> parts;
  for (const auto& [key, value] : object) {
    if (!holds(fields, key) || value.is_null()) continue;
    const bool localized = key.ends_with("_localizations");
    if (localized && value.is_object() && value.get_object().empty()) continue;
    if (key == "options") {
      parts[key] = canonical_options(value);
    } else if (key == "contexts" || key == "integration_types" || key == "channel_types") {
      parts[key] = sorted_numbers(value);
    } else {
      parts[key] = canonical_value(value);
    }
  }
  for (const Default& usual : defaults) {
    const auto found = parts.find(usual.key);
    if (found == parts.end()) continue;
    boost::system::error_code error;
    if (found->second == canonical_value(json::parse(usual.value, error))) parts.erase(found);
  }
  std::string out = "{";
  for (const auto& [key, text] : parts) out.append(key).append(":").append(text).append(",");
  return out + "}";
}

std::string key_of(const json::object& command) {
  const json::value* type = command.if_contains("type");
  const bool said = type != nullptr && !type->is_null();
  return (said ? json::serialize(*type) : std::string("1")) + " " +
         json::serialize(command.at("name"));
}

bool all_are_commands(const json::value& list) {
  if (!list.is_array()) return false;
  for (const json::value& element : list.get_array()) {
    const json::object* command = element.if_object();
    if (command == nullptr || !command->contains("name") || !command->at("name").is_string()) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<CommandComparison> compare_commands(std::string_view wanted, std::string_view registered) {
  boost::system::error_code error;
  const json::value ours = json::parse(wanted, error);
  if (error || !all_are_commands(ours)) {
    return Error(Errc::Invalid, "slash commands must be a JSON array of objects with a name");
  }
  CommandComparison out;
  out.wanted = static_cast<std::uint32_t>(ours.get_array().size());
  const json::value theirs = json::parse(registered, error);
  if (error || !all_are_commands(theirs)) return out;
  if (theirs.get_array().size() != ours.get_array().size()) return out;

  std::map<std::string, const json::object*> there;
  for (const json::value& command : theirs.get_array()) {
    there[key_of(command.get_object())] = &command.get_object();
  }
  for (const json::value& element : ours.get_array()) {
    const json::object& command = element.get_object();
    const auto found = there.find(key_of(command));
    if (found == there.end()) return out;
    json::object other = *found->second;
    for (const std::string_view key : kOnlyWhenWanted) {
      if (!command.contains(key)) other.erase(key);
    }
    if (canonical_object(command, kCommandFields, kCommandDefaults) !=
        canonical_object(other, kCommandFields, kCommandDefaults)) {
      return out;
    }
  }
  out.same = true;
  return out;
}

std::string keep_entry_points(std::string wanted, std::string_view registered) {
  constexpr int kEntryPoint = 4;
  boost::system::error_code error;
  json::value ours = json::parse(wanted, error);
  if (error || !all_are_commands(ours)) return wanted;
  const json::value theirs = json::parse(registered, error);
  if (error || !all_are_commands(theirs)) return wanted;
  bool changed = false;
  for (const json::value& element : theirs.get_array()) {
    const json::object& command = element.get_object();
    const json::value* type = command.if_contains("type");
    if (type == nullptr || *type != json::value(kEntryPoint)) continue;
    json::object kept;
    for (const auto& [key, value] : command) {
      if (holds(kCommandFields, key) && !value.is_null()) kept[key] = value;
    }
    ours.get_array().push_back(std::move(kept));
    changed = true;
  }
  return changed ? json::serialize(ours) : wanted;
}

std::string without_global_fields(std::string wanted) {
  boost::system::error_code error;
  json::value ours = json::parse(wanted, error);
  if (error || !all_are_commands(ours)) return wanted;
  for (json::value& command : ours.get_array()) {
    command.get_object().erase("contexts");
    command.get_object().erase("integration_types");
  }
  return json::serialize(ours);
}

}  // namespace discern::discord
