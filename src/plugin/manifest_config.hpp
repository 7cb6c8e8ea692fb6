#pragma once

// Reading [config] of a plugin.toml. Private to manifest.cpp.

#include <functional>
#include <string>

#define TOML_ENABLE_FORMATTERS 1
#include <toml++/toml.h>

#include "plugin/config_schema.hpp"

namespace discern::plugin {

// A value as JSON.
std::string toml_to_json(const toml::node& node);

// `fail` is told what is wrong, and where.
ConfigSchema read_config_schema(const toml::table& config,
                                const std::function<void(const toml::node&, std::string)>& fail);

}  // namespace discern::plugin
