#pragma once

// Discord bans an address that makes 10,000 invalid requests (401, 403, 429 but for shared ones) in
// 10 minutes. This window counts ours, so that we stop long before. Pure. See Discord Docs/Rate
// Limits, Invalid Request Limit.

#include <array>
#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace discern::discord {

class InvalidWindow {
 public:
  static constexpr std::chrono::seconds kWindow{600};

  void add(SteadyTime now) {
    turn_to(now);
    ++counts_[static_cast<std::size_t>(step_ % kSteps)];
  }
  // Invalid requests of the last ten minutes, rounded up by at most one step.
  std::uint32_t count(SteadyTime now) {
    turn_to(now);
    std::uint32_t sum = 0;
    for (const std::uint32_t n : counts_) sum += n;
    return sum;
  }

 private:
  static constexpr std::int64_t kSteps = 60;
  static constexpr std::chrono::seconds kStep = kWindow / kSteps;

  void turn_to(SteadyTime now) {
    const std::int64_t step = now.time_since_epoch() / std::chrono::nanoseconds(kStep);
    if (step - step_ >= kSteps) {
      counts_.fill(0);
    } else {
      for (std::int64_t s = step_ + 1; s <= step; ++s)
        counts_[static_cast<std::size_t>(s % kSteps)] = 0;
    }
    if (step > step_) step_ = step;
  }

  std::array<std::uint32_t, kSteps> counts_{};
  std::int64_t step_ = 0;
};

}  // namespace discern::discord
