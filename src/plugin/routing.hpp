#pragma once

// Who gets what: an immutable answer that the gateway thread reads while plugins come and go.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/instruments.hpp"
#include "plugin/instance.hpp"

namespace discern::plugin {

struct CommandRoute {
  std::string plugin;
  std::shared_ptr<Instance> instance;  // Null while the plugin is off.
  metrics::Counter used;
  bool privately = false;  // How to defer on its behalf.
};

struct Routing {
  std::map<std::string, CommandRoute, std::less<>> commands;                          // By path.
  std::map<std::string, std::vector<std::shared_ptr<Instance>>, std::less<>> events;  // By type.
  std::vector<std::shared_ptr<Instance>> all_events;                                  // "*".
  // Every known plugin by id; null while it is off.
  std::map<std::string, std::shared_ptr<Instance>, std::less<>> plugins;
};

}  // namespace discern::plugin
