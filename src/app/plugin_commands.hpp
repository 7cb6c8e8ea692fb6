#pragma once

// `discern plugin …` and `discern check plugins`.

#include "app/command_line.hpp"
#include "plugin/host_options.hpp"

namespace discern::app {

// What of the configuration concerns the plugins; the same for the host and for the checks.
plugin::HostOptions plugin_options(const Config& config, bool demonstration);

// Asks the host that runs with this data folder; when none does, `enable` and `disable` are noted
// for its next start. Returns an exit code.
int run_plugin_command(const Request& request);
// Says what would keep each plugin from being loaded; exit code 1 when something would. No code of
// a plugin runs in this process.
int check_plugins(const Request& request);

}  // namespace discern::app
