#pragma once

// Reads what a test needs of a plugin.toml: id, version and the configuration's defaults.
// `discern check plugins` says what is wrong with one.

#define TOML_ENABLE_FORMATTERS 1
#include <toml++/toml.h>

#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

namespace discern::plugin::testing {

struct Manifest {
  std::string id;
  std::string version;
  std::map<std::string, std::string> config;  // By key, as JSON; required ones are missing.
};

inline Manifest read_manifest(const std::string& file) {
  const auto as_json = [](const toml::node& node) {
    std::ostringstream out;
    node.visit([&](const auto& value) { out << toml::json_formatter(value); });
    return out.str();
  };
  Manifest manifest;
  const toml::table table = toml::parse_file(file);
  manifest.id = table["id"].value_or(std::string());
  manifest.version = table["version"].value_or(std::string());
  if (manifest.id.empty()) throw std::runtime_error(file + " has no id");
  if (const toml::table* config = table["config"].as_table()) {
    for (const auto& [key, node] : *config) {
      const toml::table* described = node.as_table();
      const toml::node* value = described != nullptr ? described->get("default") : &node;
      if (value != nullptr) manifest.config[std::string(key.str())] = as_json(*value);
    }
  }
  return manifest;
}

}  // namespace discern::plugin::testing
