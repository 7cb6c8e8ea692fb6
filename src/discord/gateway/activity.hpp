#pragma once

// How many different people and which guilds are active, by period, without remembering a person.

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>

#include "discord/model/ids.hpp"
#include "metrics/period.hpp"
#include "metrics/registry.hpp"

namespace discern::discord {

// Gateway thread only, but for its making. Periods begin and end elsewhere (app/period_keys.hpp):
// here an event counts in those that run when it comes.
class Activity {
 public:
  explicit Activity(metrics::Registry& registry);

  // One act of a person: some 50 ns. None stands for nobody, and for direct messages. The guild's
  // events are shown from the next publish() on.
  void count(UserId user, GuildId guild) {
    if (user) {
      for (const metrics::Distinct& sketch : users_) sketch.add(user.value);
    }
    if (!guild) return;
    ++events_[guild];
    if (events_.size() >= kMostGuilds) [[unlikely]]
      publish();
  }
  // Part of each cut: the busiest guilds then hold exactly the events up to it, whenever they are
  // read, so that what Discord replays after a crash does not count twice. People need no such
  // care: a sketch sees one a second time without a trace.
  void publish();

 private:
  // Guilds between two cuts: bounded, should there be no cuts.
  static constexpr std::size_t kMostGuilds = 200'000;

  std::array<metrics::Distinct, metrics::kPeriods.size()> users_;
  std::array<metrics::TopK, metrics::kPeriods.size()> busiest_;
  boost::unordered_flat_map<GuildId, std::uint64_t, std::hash<GuildId>> events_;
};

}  // namespace discern::discord
