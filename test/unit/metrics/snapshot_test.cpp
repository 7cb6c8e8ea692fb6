#include "metrics/snapshot.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "counting_new.hpp"
#include "metrics/registry.hpp"

namespace discern::metrics {
namespace {

using namespace std::chrono_literals;

constexpr Descriptor kJobs{
    .name = "test_jobs_total", .help = "Jobs.", .labels = {"kind"}, .max_series = 100'000};
constexpr Descriptor kWait{.name = "test_wait_seconds",
                           .help = "Wait.",
                           .kind = Kind::Histogram,
                           .unit = Unit::Seconds,
                           .labels = {"queue"}};
constexpr Descriptor kDepth{.name = "test_depth", .help = "Depth.", .kind = Kind::Gauge};
constexpr Descriptor kUsers{.name = "test_users", .help = "Users.", .kind = Kind::Distinct};
constexpr Descriptor kGuilds{
    .name = "test_guilds", .help = "Guilds.", .kind = Kind::TopK, .labels = {"guild"}};
constexpr Descriptor kCpu{
    .name = "test_cpu_seconds_total", .help = "CPU.", .unit = Unit::Seconds, .step = 1e-9};

const Series& only(const Snapshot& snapshot, const Descriptor& family) {
  return *snapshot.find_family(family.name)->series.at(0);
}

// Each allocation on the way to a new series fails once, and the series is asked for again.
TEST(Snapshot, ASeriesForWhichThereWasNoMemoryIsThereOnceWhenThereIs) {
  for (std::int64_t n = 0; n < 400; ++n) {
    Registry registry{SystemTime{}};
    registry.restore(kJobs.name, "before", {.steps = 7});
    const auto use_all = [&] {
      for (int i = 0; i < 12; ++i) {
        registry.counter(kJobs, std::to_string(i) + std::string(100, 'x'));
        registry.histogram(kWait, std::to_string(i));
      }
      registry.gauge(kDepth);
      registry.distincts(kUsers).with();
      registry.topks(kGuilds).with();
    };
    testing_support::until_refusal = n;
    try {
      use_all();
    } catch (const std::bad_alloc&) {
      // What the next attempt is for.
    }
    testing_support::until_refusal = -1;
    use_all();
    registry.gauge(kDepth).set(5);
    registry.counter(kJobs, "before").add();
    registry.histogram(kWait, "11").observe(1);
    registry.distincts(kUsers).with().add(std::uint64_t{1});
    const SnapshotPtr snapshot = registry.snapshot({}, {});
    ASSERT_EQ(snapshot->find_family(kJobs.name)->series.size(), 13u) << n;
    ASSERT_EQ(snapshot->find_family(kWait.name)->series.size(), 12u) << n;
    EXPECT_EQ(snapshot->lifetime_sum(kJobs.name), 8) << n;
    EXPECT_EQ(snapshot->value(only(*snapshot, kDepth)), 5) << n;
    EXPECT_EQ(snapshot->value(only(*snapshot, kUsers)), 1) << n;
    EXPECT_EQ(snapshot->histogram(*snapshot->find_family(kWait.name)->series.at(11)).count, 1u)
        << n;
  }
}

TEST(Snapshot, AllocatesNothingInSteadyState) {
  Registry registry{SystemTime{}};
  for (int i = 0; i < 2000; ++i) registry.counter(kJobs, std::to_string(i)).add();
  for (int i = 0; i < 20; ++i) {
    const Histogram wait = registry.histogram(kWait, std::to_string(i));
    for (double value = 1e-6; value < 100; value *= 1.1) wait.observe(value);
  }
  registry.gauge(kDepth).set(1);
  registry.distincts(kUsers).with().add(std::uint64_t{1});
  registry.topks(kGuilds).with().add("a guild with a long name, beyond any small string");
  registry.observe(registry.histogram(kWait, "1"), 0.5, "trace_id", std::string(60, 't'), {});
  // Two, as a consumer that keeps the one before has them.
  SnapshotPtr before;
  SnapshotPtr now;
  slab::Latch latch;
  const auto tick = [&] {
    before = std::move(now);
    registry.counter(kJobs, "7").add();
    slab::latch_current_thread(latch);
    now = registry.snapshot({}, {}, &latch);
  };
  for (int i = 0; i < 4; ++i) tick();
  const std::uint64_t start = testing_support::allocations;
  for (int i = 0; i < 10; ++i) tick();
  EXPECT_EQ(testing_support::allocations, start);
}

TEST(Snapshot, KnowsWhatWasCountedSinceAnother) {
  Registry registry{SystemTime{}};
  registry.counter(kJobs, "a").add(5);
  registry.histogram(kWait, "q").observe(1.5);
  const SnapshotPtr before = registry.snapshot({}, {});
  registry.counter(kJobs, "a").add(3);
  registry.counter(kJobs, "late").add(2);
  registry.histogram(kWait, "q").observe(1.5);
  registry.histogram(kWait, "q").observe(40);
  registry.histogram(kWait, "late").observe(0);
  const SnapshotPtr now = registry.snapshot({}, {});
  const auto& jobs = now->find_family(kJobs.name)->series;
  EXPECT_EQ(now->steps_since(*before, *jobs[0]), 3u);
  EXPECT_EQ(now->steps_since(*before, *jobs[1]), 2u);
  EXPECT_EQ(before->steps_since(*now, *jobs[0]), 0u) << "never below zero";
  const auto& waits = now->find_family(kWait.name)->series;
  const HistogramTotal more = now->histogram_since(*before, *waits[0]);
  EXPECT_EQ(more.count(), 2u);
  EXPECT_EQ(more.sum, 41.5);
  EXPECT_EQ(now->histogram_since(*before, *waits[1]).zero, 1u);
}

TEST(Snapshot, ShowsFractionalStepsWithoutRoundingError) {
  Registry registry{SystemTime{}};
  registry.counter(kCpu).add(300'000'000);
  const SnapshotPtr now = registry.snapshot({}, {});
  EXPECT_EQ(now->value(only(*now, kCpu)), 0.3);
}

TEST(Snapshot, ALifetimeTotalIsWhatRestoreTakes) {
  Total steps;
  Total histogram;
  {
    Registry first{SystemTime{}};
    first.counter(kJobs, "a").add(5);
    first.histogram(kWait, "q").observe(1.5);
    const SnapshotPtr now = first.snapshot({}, {});
    steps = now->lifetime_total(only(*now, kJobs));
    histogram = now->lifetime_total(only(*now, kWait));
  }
  Registry second{SystemTime{}};
  second.restore(kJobs.name, "a", steps);
  second.restore(kWait.name, "q", histogram);
  second.counter(kJobs, "a").add(2);
  second.histogram(kWait, "q").observe(3);
  const SnapshotPtr now = second.snapshot({}, {});
  EXPECT_EQ(now->lifetime_total(only(*now, kJobs)).steps, 7u);
  EXPECT_EQ(now->lifetime_total(only(*now, kWait)).histogram.count(), 2u);
}

TEST(Snapshot, MayBeReleasedByAnotherThread) {
  Registry registry{SystemTime{}};
  registry.counter(kJobs, "a").add();
  for (int i = 0; i < 50; ++i) {
    SnapshotPtr now = registry.snapshot({}, {});
    std::thread([taken = std::move(now)]() mutable { taken.reset(); }).join();
  }
  EXPECT_EQ(registry.snapshot({}, {})->sequence(), 51u);
}

TEST(Registry, KnowsItsMemory) {
  Registry registry{SystemTime{}};
  const std::size_t before = registry.memory().bytes;
  for (int i = 0; i < 10'000; ++i) registry.counter(kJobs, "command_" + std::to_string(i)).add();
  registry.snapshot({}, {});
  const Registry::Memory now = registry.memory();
  EXPECT_EQ(now.series, 10'000u);
  const std::size_t each = (now.bytes - before) / 10'000;
  EXPECT_GT(each, 60u);
  EXPECT_LT(each, 250u) << "the target in docs/performance.md";
}

}  // namespace
}  // namespace discern::metrics
