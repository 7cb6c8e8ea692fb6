#pragma once

// What a plugin may be told by its operator: the [config] of its plugin.toml, and the values of the
// host's [plugin.<id>] checked against it. Pure.
//
//   greeting = "Hello"                                      a text with that default
//   seconds = { default = 30, min = 5, max = 600, help = "How long a question may be answered." }
//   channel = { type = "integer", required = true, help = "Where to post." }
//   mode = { default = "fast", choices = ["fast", "slow"] }

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace discern::plugin {

enum class ConfigType { Text, Integer, Number, Boolean, List };
// "text", "integer", "number", "boolean", "list" (of texts).
std::string_view to_string(ConfigType type);
std::optional<ConfigType> find_config_type(std::string_view name);

struct ConfigKey {
  std::string name;
  ConfigType type = ConfigType::Text;
  std::string default_json;  // Empty when it is required.
  bool required = false;
  // Of the number itself, of a text's length in bytes, of a list's length.
  std::optional<double> min;
  std::optional<double> max;
  std::vector<std::string> choices;  // Texts only.
  std::string help;
};
using ConfigSchema = std::vector<ConfigKey>;

// One value an operator wrote, as JSON, and where: "discern.toml:12".
struct ConfigValue {
  std::string json;
  std::string where;
  // Whether it says the same, wherever it stands.
  bool operator==(const ConfigValue& other) const { return json == other.json; }
};
using ConfigValues = std::map<std::string, ConfigValue>;

// Why `json` is not a value for that key, beginning with what it must be; nothing when it is one.
std::optional<std::string> config_problem(const ConfigKey& key, std::string_view json);

// The plugin's configuration as a JSON object with every key of the schema. Errors: Invalid, naming
// the place, the value and what to write instead.
Result<std::string> merge_config(std::string_view id,
                                 const ConfigSchema& schema,
                                 const ConfigValues& values);

}  // namespace discern::plugin
