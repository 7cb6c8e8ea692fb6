#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "base/error.hpp"

namespace discern::app {

struct DemoOptions {
  std::int64_t guilds = 40;
  std::int64_t rate = 20;  // Events per second, on average.
  std::uint64_t seed = 1;
  std::int64_t days = 7;  // Of made-up history in a new data folder.
};

// What the program was asked to do.
struct Request {
  enum class Verb {
    Run,
    Demo,
    CheckConfig,
    CheckPlugins,
    PrintExample,
    PrintMetrics,
    Plugin,
    PluginNew
  };
  Verb verb = Verb::Run;
  enum class PluginVerb { List, Enable, Disable, Reload };
  PluginVerb plugin_verb = PluginVerb::List;
  std::string plugin;        // Its id.
  bool run_nothing = false;  // `check plugins` only looks at the libraries.
  Config config;
  // Reads file and environment again, for those verbs that have a configuration.
  std::function<Result<Config>()> read_config;
  DemoOptions demo;
  std::string new_plugin;  // PluginNew: its id.
};

// Exit codes, as promised in the help.
inline constexpr int kExitFine = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

// Either a request, or the exit code after help or an error was printed.
struct CommandLine {
  std::optional<Request> request;
  int exit_code = kExitFine;
};
CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace discern::app
