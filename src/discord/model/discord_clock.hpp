#pragma once

// What time it is at Discord, whatever this machine's wall clock shows.
//
// Discord's clock is learned as a distance to this machine's steady clock, so that nobody who sets
// the wall clock changes it. Each snowflake that arrives says that Discord's clock showed at least
// its time; the Date header of a REST answer says which second Discord's clock showed.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace discern::discord {

// Thread-safe.
class DiscordClock {
 public:
  explicit DiscordClock(const Clock& clock) : clock_(clock) {}

  // Something with this snowflake's time arrived.
  void on_snowflake(SystemTime created, SteadyTime received);
  // The Date header of an answer; one that is no HTTP date is ignored.
  void on_date(std::string_view date, SteadyTime sent, SteadyTime received);

  // The wall clock's time, where what was learned allows it; otherwise the nearest that it does.
  SystemTime now() const;
  // How old something is for certain. Zero while nothing is known: then it is in doubt.
  std::chrono::nanoseconds age_at_least(SystemTime created) const;
  // How old something is by now(); never negative.
  std::chrono::nanoseconds age(SystemTime created) const;
  // How far the wall clock is ahead (negative: behind), at least. Zero while it may be right.
  std::chrono::nanoseconds wall_clock_ahead() const;

 private:
  using Nanos = std::chrono::nanoseconds;
  // What Discord's time less the steady clock's is at least and at most.
  struct Bounds {
    std::optional<Nanos> least;
    std::optional<Nanos> most;
  };
  void learn(const Bounds& seen, SteadyTime now);
  static void narrow(Bounds& bounds, const Bounds& by);
  Bounds known() const;
  // The wall clock's distance, brought within the bounds.
  Nanos distance(const Bounds& bounds) const;
  Nanos wall_distance() const;

  const Clock& clock_;
  mutable std::mutex mutex_;
  // Guarded by mutex_. Clocks drift: what was learned is forgotten when two periods with something
  // newer have passed.
  Bounds current_;
  Bounds previous_;
  SteadyTime period_began_{};
};

// "this machine's clock is 4 s ahead of Discord's; ..."; empty while it is off by less than 2 s, or
// that is not known.
std::string describe_wall_clock(const DiscordClock& clock);

// "Tue, 01 Dec 2026 12:00:00 GMT"; nothing when it is no such date.
std::optional<SystemTime> parse_http_date(std::string_view text);

}  // namespace discern::discord
