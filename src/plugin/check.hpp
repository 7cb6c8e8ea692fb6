#pragma once

// What would keep each plugin from being loaded, found without running any of it in this process.

#include <string>
#include <vector>

#include "plugin/host_options.hpp"

namespace discern::plugin {

struct Finding {
  std::string plugin;
  std::string version;
  std::string problem;  // One sentence; empty when there is none.
  std::string remark;   // "disabled by the operator"
};

// Reads the manifests, then opens each library in a child process that may crash or hang. Call
// while the process has one thread.
std::vector<Finding> examine(const HostOptions& options);

}  // namespace discern::plugin
