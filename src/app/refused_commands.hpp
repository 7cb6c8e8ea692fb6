#pragma once

// What people read about commands that Discord refuses. Pure.

#include <string>
#include <vector>

#include "discord/client.hpp"
#include "plugin/status.hpp"

namespace discern::app {

// A sentence for each, with the plugin it belongs to.
std::vector<std::string> refused_commands(const std::vector<discord::LeftOutCommand>& left_out,
                                          const std::vector<plugin::CommandStatus>& known);

}  // namespace discern::app
