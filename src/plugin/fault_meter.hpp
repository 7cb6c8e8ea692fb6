#pragma once

// When a plugin has failed too often, and how long to leave it alone. Pure.

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace discern::plugin {

struct FaultLimits {
  // Disable when at least this many calls failed within the window, and at least half of all.
  std::uint32_t faults = 30;
  std::chrono::seconds window{60};
  // How long it stays disabled: the first time, then four times as long each, up to the last.
  std::chrono::seconds first_pause{60};
  std::chrono::seconds longest_pause{3600};
  // A plugin that behaved for this long starts again with the first pause.
  std::chrono::seconds forgiven_after{3600};
};

class FaultMeter {
 public:
  explicit FaultMeter(FaultLimits limits) : limits_(limits) {}

  void call_succeeded(SteadyTime now);
  // True when the plugin is to be disabled now.
  bool call_failed(SteadyTime now);

 private:
  void turn(SteadyTime now);

  FaultLimits limits_;
  SteadyTime window_start_{};
  std::uint32_t calls_ = 0;
  std::uint32_t faults_ = 0;
};

// How long a plugin that failed too often is left alone; outlives its generations.
class Backoff {
 public:
  explicit Backoff(FaultLimits limits) : limits_(limits) {}
  // Counts as one more time.
  std::chrono::seconds next_pause(SteadyTime now);

 private:
  FaultLimits limits_;
  std::uint32_t pauses_ = 0;
  SteadyTime last_pause_{};
};

}  // namespace discern::plugin
