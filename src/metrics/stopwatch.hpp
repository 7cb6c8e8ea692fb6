#pragma once

// Measuring how long something takes, at a third of what two reads of steady_clock cost.

#include <chrono>
#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include "metrics/instruments.hpp"

namespace discern::metrics {

// How the processor's time-stamp counter relates to time. The counter is used only where the kernel
// itself keeps time by it, that is, where it is constant and the same on all cores; elsewhere ticks
// are steady_clock's nanoseconds.
struct TickScale {
  bool counter = false;
  double seconds_per_tick = 1e-9;
};

// Calibrated against steady_clock on the first call, which spins for two milliseconds: make it
// while the program starts. Accurate to about 50 parts per million. Wait-free afterwards.
const TickScale& tick_scale();

inline std::uint64_t read_ticks(const TickScale& scale) noexcept {
#if defined(__x86_64__)
  if (scale.counter) [[likely]]
    return __rdtsc();
#endif
  (void)scale;
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                                    std::chrono::nanoseconds(1));
}

// Runs from its construction. Ours are durations of handlers and requests: not for durations of
// days, during which the system may be suspended.
class Stopwatch {
 public:
  Stopwatch() noexcept : scale_(&tick_scale()), start_(read_ticks(*scale_)) {}

  double seconds() const noexcept {
    const auto ticks = static_cast<std::int64_t>(read_ticks(*scale_) - start_);
    return ticks > 0 ? static_cast<double>(ticks) * scale_->seconds_per_tick : 0;
  }
  std::chrono::nanoseconds elapsed() const noexcept {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds() * 1e9));
  }

 private:
  const TickScale* scale_;
  std::uint64_t start_;
};

// Observes the time from its construction to its destruction.
class [[nodiscard("measures until it is destroyed")]] ScopedTimer {
 public:
  explicit ScopedTimer(Histogram into) noexcept : into_(into) {}
  ~ScopedTimer() {
    into_.observe(watch_.seconds());
  }
  ScopedTimer(const ScopedTimer&) = delete;
  ScopedTimer& operator=(const ScopedTimer&) = delete;

 private:
  Histogram into_;
  Stopwatch watch_;
};

}  // namespace discern::metrics
