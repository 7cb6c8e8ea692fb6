// argv -> Config -> App::run; nothing else.

#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "app/app.hpp"
#include "app/command_line.hpp"
#include "app/first_process.hpp"
#include "app/plugin_commands.hpp"
#include "app/plugin_template.hpp"
#include "app/stop_signal.hpp"
#include "export/metrics_reference.hpp"

int main(int argc, char** argv) {
  using namespace discern::app;
  split_off_first_process();
  const CommandLine line = parse_command_line(argc, argv);
  if (!line.request) return line.exit_code;
  switch (line.request->verb) {
    case Request::Verb::PrintExample:
      fmt::print("{}", example_config());
      return kExitFine;
    case Request::Verb::PrintMetrics:
      fmt::print("{}", discern::exporter::metrics_reference());
      return kExitFine;
    case Request::Verb::CheckConfig:
      fmt::print("the configuration is fine\n");
      return kExitFine;
    case Request::Verb::PluginNew:
      return run_plugin_new(line.request->new_plugin);
    case Request::Verb::CheckPlugins:
      return check_plugins(*line.request);
    case Request::Verb::Plugin:
      return run_plugin_command(*line.request);
    case Request::Verb::Run:
    case Request::Verb::Demo:
      break;
  }
  block_signals();
  try {
    return run(*line.request);
  } catch (const std::exception& error) {
    fmt::print(stderr, "discern: this is a bug, please report it: {}\n", error.what());
    return kExitFailed;
  }
}
