#pragma once

// Discord's limit on what one connection may send: 120 payloads in 60 s, heartbeats included. Over
// it the connection is closed (4008), and repeat offenders lose access.
//
// A sliding window log: the only kind that allows bursts and never exceeds the limit in any 60 s.
// Pure. See Discord Docs/Gateway, Rate Limiting.

#include <chrono>
#include <deque>
#include <optional>

#include "base/clock.hpp"

namespace discern::discord {

// Larger payloads are answered with close code 4002.
inline constexpr std::size_t kMaxGatewaySend = 4096;

class SendWindow {
 public:
  enum class Kind { Heartbeat, Other };

  struct Limits {
    std::size_t payloads = 120;
    std::chrono::milliseconds period{60000};
    // Of them, those that only heartbeats may use.
    std::size_t reserve = 8;
  };
  SendWindow() : SendWindow(Limits{}) {}
  explicit SendWindow(Limits limits) : limits_(limits) {}

  // Takes a place; false when there is none now.
  bool take(Kind kind, SteadyTime now) {
    forget(now);
    if (log_.size() >= allowed(kind)) return false;
    log_.push_back(now);
    return true;
  }
  // When take() will succeed again; nothing when it would now.
  std::optional<SteadyTime> next(Kind kind, SteadyTime now) {
    forget(now);
    if (log_.size() < allowed(kind)) return std::nullopt;
    return log_[log_.size() - allowed(kind)] + limits_.period;
  }
  // A new connection begins with an empty window.
  void clear() { log_.clear(); }

 private:
  std::size_t allowed(Kind kind) const {
    return kind == Kind::Heartbeat ? limits_.payloads : limits_.payloads - limits_.reserve;
  }
  void forget(SteadyTime now) {
    while (!log_.empty() && now - log_.front() >= limits_.period) log_.pop_front();
  }

  const Limits limits_;
  std::deque<SteadyTime> log_;
};

}  // namespace discern::discord
