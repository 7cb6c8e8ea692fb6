#pragma once

// When a signal ends the program: pure, so that it can be tested without waiting.

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace discern::app {

struct StopLimits {
  // `timeout`, terminals and service managers send one wish to stop to a process and to its group:
  // signals that come as close as this are one wish.
  std::chrono::milliseconds grace{500};
  // What a second wish leaves the last tick and the sessions to reach the disk.
  std::chrono::milliseconds save{2000};
  // From the wish to the end of the process, while it starts and while it runs. More than a sound
  // system needs, and less than a service manager waits before it kills.
  std::chrono::milliseconds starting{2000};
  std::chrono::milliseconds running{8000};
};

class StopFsm {
 public:
  enum class Step : std::uint8_t {
    Nothing,
    Begin,      // The first wish: stop in order.
    EndAtOnce,  // A second one: what had to be saved is saved, or could not be.
    GiveUp,     // The stop in order does not come to its end.
  };

  explicit StopFsm(StopLimits limits) : limits_(limits) {}

  // SIGINT or SIGTERM came.
  Step on_signal(SteadyTime now) {
    if (!first_) {
      first_ = now;
      deadline_ = now + (started_ ? limits_.running : limits_.starting);
      return Step::Begin;
    }
    if (!second_ && now - *first_ >= limits_.grace) second_ = now;
    return check(now);
  }
  // The start is over: from here on there is something to save.
  void on_started(SteadyTime now) {
    started_ = true;
    if (first_) deadline_ = now + limits_.running;
  }
  // The last tick and the sessions are on disk.
  void on_saved() { saved_ = true; }

  Step check(SteadyTime now) const {
    if (!first_) return Step::Nothing;
    if (second_ && (saved_ || !started_ || now - *second_ >= limits_.save)) return Step::EndAtOnce;
    return now >= deadline_ ? Step::GiveUp : Step::Nothing;
  }
  bool asked() const { return first_.has_value(); }
  bool started() const { return started_; }

 private:
  const StopLimits limits_;
  bool started_ = false;
  bool saved_ = false;
  std::optional<SteadyTime> first_;
  std::optional<SteadyTime> second_;
  SteadyTime deadline_{};
};

}  // namespace discern::app
