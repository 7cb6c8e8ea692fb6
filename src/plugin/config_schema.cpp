#include "plugin/config_schema.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace discern::plugin {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 5> kTypes = {"text", "integer", "number", "boolean", "list"};

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.15g", value);
  return text;
}

bool is_of_type(const json::value& value, ConfigType type) {
  switch (type) {
    case ConfigType::Text:
      return value.is_string();
    case ConfigType::Integer:
      return value.is_int64();
    case ConfigType::Number:
      return value.is_number();
    case ConfigType::Boolean:
      return value.is_bool();
    case ConfigType::List:
      return value.is_array() && std::all_of(value.as_array().begin(),
                                             value.as_array().end(),
                                             [](const auto& item) { return item.is_string(); });
  }
  return false;
}

double measure(const json::value& value) {
  if (value.is_string()) return static_cast<double>(value.as_string().size());
  if (value.is_array()) return static_cast<double>(value.as_array().size());
  return value.is_number() ? value.to_number<double>() : 0;
}

// "a whole number from 5 to 600"
std::string wanted(const ConfigKey& key) {
  std::string text;
  std::string unit;
  switch (key.type) {
    case ConfigType::Text:
      text = "a text in quotes";
      unit = " characters";
      break;
    case ConfigType::Integer:
      text = "a whole number";
      break;
    case ConfigType::Number:
      text = "a number";
      break;
    case ConfigType::Boolean:
      return "true or false";
    case ConfigType::List:
      text = R"(a list of texts, ["a", "b"],)";
      unit = " entries";
      break;
  }
  if (!key.choices.empty()) {
    text = "one of";
    for (const std::string& choice : key.choices) text += " \"" + choice + "\"";
    return text;
  }
  if (!unit.empty() && (key.min || key.max)) text += " of";
  if (key.min && key.max) {
    text += (unit.empty() ? " from " : " ") + shown(*key.min) + " to " + shown(*key.max);
  } else if (key.min) {
    text += " at least " + shown(*key.min);
  } else if (key.max) {
    text += " at most " + shown(*key.max);
  }
  return key.min || key.max ? text + unit : text;
}

std::optional<json::value> parse(std::string_view text) {
  boost::system::error_code bad;
  json::value value = json::parse(json::string_view(text.data(), text.size()), bad);
  if (bad) return std::nullopt;
  return value;
}

std::string known_keys(const ConfigSchema& schema) {
  if (schema.empty()) return "it has no settings";
  std::string names;
  for (const ConfigKey& key : schema) names += (names.empty() ? "" : ", ") + key.name;
  return "it knows " + names;
}

}  // namespace

std::string_view to_string(ConfigType type) {
  return kTypes[static_cast<std::size_t>(type)];
}

std::optional<ConfigType> find_config_type(std::string_view name) {
  const auto* found = std::find(kTypes.begin(), kTypes.end(), name);
  if (found == kTypes.end()) return std::nullopt;
  return static_cast<ConfigType>(found - kTypes.begin());
}

std::optional<std::string> config_problem(const ConfigKey& key, std::string_view text) {
  const std::optional<json::value> value = parse(text);
  if (!value || !is_of_type(*value, key.type)) return "it must be " + wanted(key);
  const double size = measure(*value);
  if ((key.min && size < *key.min) || (key.max && size > *key.max)) {
    return "it must be " + wanted(key);
  }
  if (!key.choices.empty() &&
      std::find(key.choices.begin(), key.choices.end(), std::string_view(value->as_string())) ==
          key.choices.end()) {
    return "it must be " + wanted(key);
  }
  return std::nullopt;
}

Result<std::string> merge_config(std::string_view id,
                                 const ConfigSchema& schema,
                                 const ConfigValues& values) {
  const std::string section = "plugin." + std::string(id);
  json::object merged;
  for (const auto& [name, value] : values) {
    const auto key =
        std::find_if(schema.begin(), schema.end(), [&, &wanted = name](const ConfigKey& known) {
          return known.name == wanted;
        });
    if (key == schema.end()) {
      return Error(Errc::Invalid,
                   value.where + ": plugin \"" + std::string(id) + "\" has no setting \"" + name +
                       "\"; " + known_keys(schema));
    }
    if (const auto problem = config_problem(*key, value.json)) {
      return Error(
          Errc::Invalid,
          value.where + ": " + section + "." + name + " = " + value.json + ": " + *problem);
    }
  }
  for (const ConfigKey& key : schema) {
    const auto given = values.find(key.name);
    if (given == values.end() && key.required) {
      return Error(Errc::Invalid,
                   "plugin \"" + std::string(id) + "\" must be told its \"" + key.name + "\"" +
                       (key.help.empty() ? "" : " (" + key.help + ")") + ": write " + key.name +
                       " = ... below [" + section + "] in the configuration; it must be " +
                       wanted(key));
    }
    json::value value = *parse(given != values.end() ? given->second.json : key.default_json);
    // A plugin that asks for a number gets one, also when "1" was written.
    if (key.type == ConfigType::Number) value = value.to_number<double>();
    merged[key.name] = std::move(value);
  }
  return json::serialize(merged);
}

}  // namespace discern::plugin
