// discern-sim: argv -> world -> server.

#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "base/files.hpp"
#include "sim/simulator.hpp"

namespace {

using namespace discern;
using namespace discern::sim;

// Asks the kernel to kill us with our parent. False when the parent was gone before it could.
bool tie_to_parent(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return getppid() == parent;
}

// The gateway's part of a demonstration's incidents; its plugin has another one at the same time.
constexpr std::string_view kIncidents = R"(
[[step]]
at_s = 300
every_s = 600
do = "close"
[[step]]
at_s = 302
every_s = 600
do = "rest"
route = "/interactions"
status = 502
count = 2
)";

Result<std::vector<ScenarioStep>> load_scenario(const std::string& path, bool incidents) {
  if (path.empty() && incidents) return parse_scenario(kIncidents);
  if (path.empty()) return std::vector<ScenarioStep>{};
  const Result<std::string> text = read_file(path);
  if (!text) return text.error();
  auto steps = parse_scenario(*text);
  if (!steps) return wrap("scenario " + path, std::move(steps).error());
  return steps;
}

int run(const Options& options) {
  auto scenario = load_scenario(options.scenario, options.incidents);
  if (!scenario) {
    fmt::print(stderr, "discern-sim: {}\n", scenario.error().text);
    return 2;
  }
  Server server(options.port);
  const std::string first = fmt::format("127.0.0.1:{}", server.port());
  const std::string second = fmt::format("127.0.0.2:{}", server.port());
  Simulator simulator(options,
                      {"ws://" + first, "ws://" + (server.has_second_address() ? second : first)},
                      std::move(*scenario),
                      std::chrono::floor<Millis>(std::chrono::system_clock::now()) +
                          Millis{options.clock_offset_ms});
  fmt::print("listening on http://{}\n", first);
  std::fflush(stdout);
  server.run(simulator);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const pid_t parent = getppid();
  int exit_code = 0;
  const auto options = parse_options(argc, argv, exit_code);
  if (!options) return exit_code;
  if (options->die_with_parent && !tie_to_parent(parent)) return 1;
  try {
    return run(*options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "discern-sim: {}\n", error.what());
    return 1;
  }
}
