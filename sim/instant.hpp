#pragma once

// The simulator's only clock value. Pure code receives it; simulator.cpp alone reads a clock.

#include <chrono>
#include <cstdint>

namespace discern::sim {

using Millis = std::chrono::milliseconds;
// Wall time to the millisecond. It advances with the steady clock, so it never jumps back.
using Instant = std::chrono::sys_time<Millis>;

constexpr std::int64_t epoch_ms(Instant at) {
  return at.time_since_epoch().count();
}
constexpr double epoch_seconds(Instant at) {
  return static_cast<double>(epoch_ms(at)) / 1000.0;
}

}  // namespace discern::sim
