#pragma once

// `discern plugin …`, `discern check plugins` and `discern check config`.

#include "app/command_line.hpp"
#include "plugin/host_options.hpp"

namespace discern::app {

// What of the configuration concerns the plugins; the same for the host and for the checks.
plugin::HostOptions plugin_options(const Config& config, bool demonstration);

// Asks the host that runs with this data folder; when none does, `enable` and `disable` are noted
// for its next start. Returns an exit code.
int run_plugin_command(const Request& request);
// Prints what would keep each plugin from being loaded; exit code 1 if something would. No code of
// a plugin runs in this process, and with --static in none.
int check_plugins(const Request& request);
// Prints what is wrong with the plugins' settings; the rest of the configuration was checked when
// it was read. Exit code 2 if something is.
int check_config(const Request& request);

}  // namespace discern::app
