#pragma once

// A scripted night: control actions at given times, from a TOML file.
//
//   [[step]]
//   at_s = 5          # seconds after the simulator started
//   do = "close"      # a control action
//   code = 4000       # everything else is the action's parameters
//   every_s = 30      # optional: again and again
//   times = 3         # optional with every_s: how often in all

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "sim/control/control.hpp"

namespace discern::sim {

struct ScenarioStep {
  Millis at{};  // After the start.
  std::string action;
  json::object parameters;
  Millis every{0};
  std::uint64_t times = 1;  // 0: without end.
};

// Pure. Invalid names the line and what is expected there.
Result<std::vector<ScenarioStep>> parse_scenario(std::string_view toml);

// Plays the steps when their time has come.
class Scenario {
 public:
  Scenario(std::vector<ScenarioStep> steps, Instant start);

  // The steps due by now, in order; each is given once per repetition.
  std::vector<ScenarioStep> take_due(Instant now);
  bool finished() const { return pending_.empty(); }

 private:
  std::vector<ScenarioStep> pending_;
  Instant start_;
};

}  // namespace discern::sim
