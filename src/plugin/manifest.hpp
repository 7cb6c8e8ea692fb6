#pragma once

// plugin.toml: what a plugin says about itself before any of its code runs.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "discord/model/intents.hpp"
#include "plugin/config_schema.hpp"

namespace discern::plugin {

struct Manifest {
  std::string id;  // [a-z][a-z0-9_-]*, at most 32 characters.
  std::string name;
  std::string version;
  std::string description;
  std::uint32_t api_major = 0;
  std::uint32_t api_minor = 0;
  discord::Intents intents = 0;
  std::uint64_t permissions = 0;  // Bits.
  std::vector<std::string> requires_plugins;
  bool demonstration = false;  // Loaded in demo mode only.
  ConfigSchema config;         // [config]
};

// 1 to 32 of a-z, 0-9, - and _, beginning with a letter.
bool is_plugin_id(std::string_view id);

// Pure. `where` names the file in errors: "plugins/ping/plugin.toml:3: ...".
Result<Manifest> parse_manifest(std::string_view toml, std::string_view where);

// Whether this host can load a plugin for that API; the error says what is asked and offered.
Result<void> check_api(std::string_view id, std::uint32_t major, std::uint32_t minor);

// What stands before a plugin's metric names: "plugin_<id>_" with - as _.
std::string metric_prefix(std::string_view id);

}  // namespace discern::plugin
