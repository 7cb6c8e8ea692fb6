#pragma once

// The days before a demonstration's first start, made up: so that every range of the dashboard has
// something to show at once. Never written for a real bot.

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "history/store.hpp"

namespace discern::app {

struct MadeUpWeek {
  std::chrono::hours span{24 * 7};
  double events_per_second = 20;
  std::int64_t guilds = 40;
  std::uint64_t random_seed = 1;
};

// When the first and each later tick is: every ten minutes, in the last day every minute, in the
// last six hours every ten seconds; the last one just before `end`. Pure.
std::vector<SystemTime> made_up_ticks(SystemTime end, std::chrono::hours span);

// Writes the ticks into a store that has none, each with a commit like any other; `marks` go with
// the first. Takes a second or two.
Result<void> write_made_up_week(history::Store& store,
                                SystemTime end,
                                const MadeUpWeek& week,
                                std::span<const history::StateRow> marks);

}  // namespace discern::app
