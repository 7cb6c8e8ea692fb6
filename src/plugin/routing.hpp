#pragma once

// Who gets what and who is there: an immutable answer that the gateway thread and the watchdog
// read while plugins come and go.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/instruments.hpp"
#include "plugin/instance.hpp"

namespace discern::plugin {

// Why a plugin answers nothing at the moment.
enum class Absence { None, Disabled, Failed, Starting };

struct PluginRoute {
  std::shared_ptr<Instance> instance;  // Null while it is absent.
  Absence absence = Absence::None;
};

struct CommandRoute {
  std::string plugin;
  PluginRoute to;
  metrics::Counter used;
  bool privately = false;  // How to defer on its behalf.
};

struct Routing {
  std::map<std::string, CommandRoute, std::less<>> commands;                          // By name.
  std::map<std::string, std::vector<std::shared_ptr<Instance>>, std::less<>> events;  // By type.
  std::vector<std::shared_ptr<Instance>> all_events;                                  // "*".
  std::map<std::string, PluginRoute, std::less<>> plugins;  // Every known one, by id.
  std::vector<std::shared_ptr<Instance>> live;              // Loading, on, or stopping.
};

}  // namespace discern::plugin
