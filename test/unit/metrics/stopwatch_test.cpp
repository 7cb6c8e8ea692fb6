#include "metrics/stopwatch.hpp"

#include <gtest/gtest.h>

#include "metrics/registry.hpp"

namespace discern::metrics {
namespace {

using std::chrono::steady_clock;

double seconds_between(steady_clock::time_point a, steady_clock::time_point b) {
  return std::chrono::duration<double>(b - a).count();
}

TEST(Stopwatch, AgreesWithTheSteadyClock) {
  tick_scale();
  // Whatever interrupts this thread, the true duration lies between these two.
  const auto outer_start = steady_clock::now();
  const Stopwatch watch;
  const auto inner_start = steady_clock::now();
  while (steady_clock::now() - inner_start < std::chrono::milliseconds(20)) {
  }
  const auto inner_end = steady_clock::now();
  const double measured = watch.seconds();
  const auto outer_end = steady_clock::now();
  EXPECT_GE(measured, seconds_between(inner_start, inner_end) * 0.998);
  EXPECT_LE(measured, seconds_between(outer_start, outer_end) * 1.002);
}

TEST(ScopedTimer, ObservesOnce) {
  constexpr Descriptor kWait{
      .name = "test_wait_seconds", .help = "Wait.", .kind = Kind::Histogram, .unit = Unit::Seconds};
  Registry registry{SystemTime{}};
  const Histogram wait = registry.histogram(kWait);
  { const ScopedTimer timer(wait); }
  const SnapshotPtr now = registry.snapshot({}, {});
  EXPECT_EQ(now->histogram(*now->find_family(kWait.name)->series[0]).count, 1u);
}

}  // namespace
}  // namespace discern::metrics
