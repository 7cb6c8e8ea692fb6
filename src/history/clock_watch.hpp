#pragma once

// Whether the wall clock may be believed by what cannot be undone. Pure.

#include <chrono>
#include <optional>
#include <utility>

#include "base/clock.hpp"

namespace discern::history {

// A clock that runs ahead makes everything look old. So one that jumped, or one by which all that
// is stored is old, is believed only when it has gone along with the steady clock for an hour:
// within that a time service has set it right, and an hour more of what is old costs little.
class ClockWatch {
 public:
  static constexpr std::chrono::hours kJump{1};
  static constexpr std::chrono::hours kPatience{1};

  // Begins without belief.
  void doubt() { doubted_ = true; }
  // What both clocks say now; in order of time. Returns whether the wall clock is believed.
  bool see(SystemTime system, SteadyTime steady) {
    if (last_ && (system - last_->system) - (steady - last_->steady) > kJump) doubted_ = true;
    if (std::exchange(doubted_, false)) doubted_since_ = steady;
    last_ = Both{system, steady};
    if (doubted_since_ && steady - *doubted_since_ >= kPatience) doubted_since_.reset();
    return !doubted_since_;
  }

 private:
  struct Both {
    SystemTime system;
    SteadyTime steady;
  };
  std::optional<Both> last_;
  bool doubted_ = false;
  std::optional<SteadyTime> doubted_since_;
};

}  // namespace discern::history
