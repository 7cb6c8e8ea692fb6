#include "plugin/fault_meter.hpp"

#include <algorithm>

namespace discern::plugin {

void FaultMeter::turn(SteadyTime now) {
  if (now - window_start_ < limits_.window) return;
  window_start_ = now;
  calls_ = 0;
  faults_ = 0;
}

void FaultMeter::call_succeeded(SteadyTime now) {
  turn(now);
  ++calls_;
}

bool FaultMeter::call_failed(SteadyTime now) {
  turn(now);
  ++calls_;
  ++faults_;
  if (faults_ < limits_.faults || faults_ * 2 < calls_) return false;
  calls_ = 0;
  faults_ = 0;
  return true;
}

std::chrono::seconds Backoff::next_pause(SteadyTime now) {
  if (pauses_ > 0 && now - last_pause_ > limits_.forgiven_after) pauses_ = 0;
  last_pause_ = now;
  std::chrono::seconds pause = limits_.first_pause;
  for (std::uint32_t i = 0; i < pauses_ && pause < limits_.longest_pause; ++i) pause *= 4;
  ++pauses_;
  return std::min(pause, limits_.longest_pause);
}

}  // namespace discern::plugin
