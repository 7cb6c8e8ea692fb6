#pragma once

#include "app/command_line.hpp"

namespace discern::app {

// Runs the host until SIGINT or SIGTERM: builds the stages, wires them, stops them in order.
// Returns the exit code; every failure has been explained on stderr. Main thread, signals blocked.
int run(const Request& request);

}  // namespace discern::app
