// argv -> Config -> App::run; nothing else.

#include <exception>

#include "app/app.hpp"
#include "app/command_line.hpp"
#include "app/first_process.hpp"
#include "app/last_words.hpp"
#include "app/plugin_commands.hpp"
#include "app/plugin_template.hpp"
#include "app/stop_signal.hpp"
#include "app/tell.hpp"
#include "base/system_limits.hpp"
#include "export/metrics_reference.hpp"

namespace {

using namespace discern::app;

int run_program(int argc, char** argv) {
  const CommandLine line = parse_command_line(argc, argv);
  if (!line.request) return line.exit_code;
  switch (line.request->verb) {
    case Request::Verb::PrintExample:
      tell_text(example_config());
      return kExitFine;
    case Request::Verb::PrintMetrics:
      tell_text(discern::exporter::metrics_reference());
      return kExitFine;
    case Request::Verb::CheckConfig:
      return check_config(*line.request);
    case Request::Verb::PluginNew:
      return run_plugin_new(line.request->new_plugin);
    case Request::Verb::CheckPlugins:
      return check_plugins(*line.request);
    case Request::Verb::Plugin:
      return run_plugin_command(*line.request);
    case Request::Verb::Run:
    case Request::Verb::Demo:
      return run(*line.request);
  }
  return kExitUsage;
}

bool is_host(int argc, char** argv) {
  const std::string_view verb = argc > 1 ? argv[1] : "";
  return verb == "run" || verb == "demo";
}

}  // namespace

int main(int argc, char** argv) {
  split_off_first_process();
  install_last_words();
  split_off_first_process();
  // Before the configuration is read: from its first moment on the host decides how it ends.
  if (is_host(argc, argv)) block_signals();
  int code = kExitFailed;
  try {
    code = run_program(argc, argv);
  } catch (const std::exception& thrown) {
    say_last_words(thrown);
  }
  // A reader that stands still delays the end by a second and no longer.
  if (!discern::output::flush(std::chrono::seconds(1))) end_program(code);
  return code;
}
