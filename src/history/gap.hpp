#pragma once

// When two ticks are neighbours, and when there is a gap between them. Pure.

#include <cstdint>

namespace discern::history {

// More than two and a half intervals without a tick are a gap.
constexpr std::int64_t max_tick_distance_ms(std::int64_t interval_ms) {
  return interval_ms * 5 / 2;
}

// False across a gap, and when the clock was set back (or stood still).
constexpr bool is_adjacent(std::int64_t before_ms, std::int64_t now_ms, std::int64_t max_ms) {
  return now_ms > before_ms && now_ms - before_ms <= max_ms;
}

}  // namespace discern::history
