#pragma once

#include <string>
#include <vector>

namespace discern::app {

// Returns the variables of this process as "NAME=value". The bot token is taken out of the
// process's environment on the way, so that no child process inherits it, whoever starts it, and
// /proc/<pid>/environ does not show it. Later calls still return it. Not thread-safe: call it
// before other threads run, or while none of them reads the environment.
std::vector<std::string> take_environment();

}  // namespace discern::app
