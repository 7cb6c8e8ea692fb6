#include "metrics/stopwatch.hpp"

#include <fstream>
#include <limits>
#include <string>

namespace discern::metrics {
namespace {

using std::chrono::steady_clock;

bool kernel_uses_counter() {
#if defined(__x86_64__)
  std::ifstream source("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  std::string name;
  return std::getline(source, name) && name == "tsc";
#else
  return false;
#endif
}

struct Pair {
  steady_clock::time_point time;
  std::uint64_t ticks;
};

// The tightest of several reads of both clocks: an interruption between the two only makes one pair
// worse.
Pair read_both(const TickScale& scale) {
  Pair best{};
  auto least = std::numeric_limits<std::uint64_t>::max();
  for (int i = 0; i < 16; ++i) {
    const std::uint64_t before = read_ticks(scale);
    const auto time = steady_clock::now();
    const std::uint64_t after = read_ticks(scale);
    if (after - before < least) {
      least = after - before;
      best = {time, before + (after - before) / 2};
    }
  }
  return best;
}

TickScale calibrate() {
  TickScale scale{.counter = kernel_uses_counter()};
  if (!scale.counter) return scale;
  const Pair first = read_both(scale);
  while (steady_clock::now() - first.time < std::chrono::milliseconds(2)) {
  }
  const Pair second = read_both(scale);
  if (second.ticks <= first.ticks) return {};
  const std::chrono::duration<double> passed = second.time - first.time;
  scale.seconds_per_tick = passed.count() / static_cast<double>(second.ticks - first.ticks);
  return scale;
}

}  // namespace

const TickScale& tick_scale() {
  static const TickScale kScale = calibrate();
  return kScale;
}

}  // namespace discern::metrics
