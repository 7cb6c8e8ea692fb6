#pragma once

// What people do when nobody scripts them: messages, commands, joins, outages.
//
// Deterministic for a seed and a sequence of calls.

#include <map>
#include <vector>

#include "sim/life/rhythm.hpp"
#include "sim/state.hpp"

namespace discern::sim {

struct LifeOptions {
  double rate = 12;          // Mean events per second.
  Millis day{240'000};       // Length of a compressed day.
  bool same_guilds = false;  // None joins or leaves.
};

class Life {
 public:
  // `state` must outlive it.
  Life(State& state, const LifeOptions& options, Instant now);

  // Lets happen what happens up to now. Call every few tens of milliseconds.
  void on_tick(Instant now);

  void pause() { paused_ = true; }
  void resume(Instant now) {
    paused_ = false;
    last_ = now;
  }
  bool paused() const { return paused_; }
  void set_rate(double rate) { options_.rate = rate; }
  double rate() const { return options_.rate; }
  std::uint64_t happened() const { return happened_; }

 private:
  void happen(Instant now);
  void happen_in(Guild& guild, std::size_t kind, Instant now);
  void chat(const Guild& guild, Instant now);
  void touch_a_message(std::size_t kind, Instant now);
  void use_some_command(const Guild& guild, Instant now);
  void come_or_go(Guild& guild, bool come, Instant now);
  void join_or_leave_guild(bool join, Instant now);
  void take_down(Guild& guild, Instant now);
  void return_guilds(Instant now);
  void answer_invitations(Instant now);

  State& state_;
  LifeOptions options_;
  Rhythm rhythm_;
  Rng rng_;
  Instant last_;
  double owed_ = 0;  // Events that are due, with their fraction.
  std::uint64_t happened_ = 0;
  bool paused_ = false;
  std::multimap<Instant, Snowflake> returns_;   // Guilds in an outage, by when they are back.
  std::multimap<Instant, Invitation> answers_;  // Clicks to come.
  std::deque<std::pair<Snowflake, Snowflake>> recent_;  // Channel and id of the newest messages.
};

}  // namespace discern::sim
