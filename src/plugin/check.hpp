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

// How a library is examined.
enum class Depth {
  Look,  // Its file is read; nothing of it runs.
  Load   // It is also opened in a child process, which may crash or hang: static constructors run.
};

// Reads the manifests, then examines each library. Call while the process has one thread.
std::vector<Finding> examine(const HostOptions& options, Depth depth = Depth::Load);

// What is wrong with the values of [plugin.<id>], one sentence each; `unused` names sections of
// plugins that are not there. Reads manifests only.
struct ConfigFindings {
  std::vector<std::string> problems;
  std::vector<std::string> unused;
};
ConfigFindings examine_config(const HostOptions& options);

// The ids of the plugins that are there, sorted. Reads manifests only.
std::vector<std::string> plugin_ids(const HostOptions& options);

}  // namespace discern::plugin
