#pragma once

#include <string>

namespace discern::log {

// If stderr is a terminal, prints `line`, which ends with a line end, again behind each screen of log
// lines, so that it does not scroll away. An empty one ends that. Any thread.
void keep_in_sight(std::string line);

}  // namespace discern::log
