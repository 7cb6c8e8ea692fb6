#include "metrics/registry.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>

namespace discern::metrics {
namespace {

using namespace std::chrono_literals;

constexpr Descriptor kJobs{.name = "test_jobs_total", .help = "Jobs.", .labels = {"kind"}};
constexpr Descriptor kSmall{
    .name = "test_small_total", .help = "Few.", .labels = {"name"}, .max_series = 3};
constexpr Descriptor kDepth{.name = "test_depth", .help = "Depth.", .kind = Kind::Gauge};
constexpr Descriptor kWait{.name = "test_wait_seconds",
                           .help = "Wait.",
                           .kind = Kind::Histogram,
                           .unit = Unit::Seconds,
                           .labels = {"queue"}};

struct RegistryTest : testing::Test {
  SnapshotPtr take(const slab::Latch* latch = nullptr) {
    return registry.snapshot(SystemTime(1000s), SteadyTime(10s), latch);
  }
  static const Series& find(const Snapshot& snapshot,
                            std::string_view family,
                            std::string_view key) {
    for (const Series* series : snapshot.find_family(family)->series) {
      if (series->key() == key) return *series;
    }
    throw std::runtime_error("no series " + std::string(key));
  }
  Registry registry{SystemTime(900s)};
};

TEST_F(RegistryTest, CountsBySeries) {
  registry.counter(kJobs, "a").add();
  registry.counter(kJobs, "b").add(5);
  registry.counter(kJobs, "a").add(2);
  const SnapshotPtr now = take();
  EXPECT_EQ(now->steps(find(*now, "test_jobs_total", "a")), 3u);
  EXPECT_EQ(now->steps(find(*now, "test_jobs_total", "b")), 5u);
  EXPECT_EQ(now->lifetime_sum("test_jobs_total"), 8);
}

TEST_F(RegistryTest, ASnapshotDoesNotChangeAfterItWasTaken) {
  const Counter jobs = registry.counter(kJobs, "a");
  jobs.add();
  const SnapshotPtr before = take();
  jobs.add(10);
  registry.counter(kJobs, "b").add();
  EXPECT_EQ(before->lifetime_sum("test_jobs_total"), 1);
  EXPECT_EQ(before->find_family("test_jobs_total")->series.size(), 1u);
  EXPECT_EQ(take()->lifetime_sum("test_jobs_total"), 12);
}

TEST_F(RegistryTest, NoCountIsLostWhenThreadsComeAndGo) {
  constexpr int kRounds = 50;
  constexpr std::uint64_t kEach = 2000;
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    double last = 0;
    while (!stop) {
      const double now = take()->lifetime_sum("test_jobs_total");
      EXPECT_GE(now, last) << "a total fell";
      last = now;
    }
  });
  registry.counters(kJobs);
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::thread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&] {
        const Counter jobs = registry.counter(kJobs, "a");
        const Histogram wait = registry.histogram(kWait, "q");
        for (std::uint64_t n = 0; n < kEach; ++n) {
          jobs.add();
          wait.observe(0.001 * static_cast<double>(n));
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
  }
  stop = true;
  reader.join();
  const SnapshotPtr now = take();
  EXPECT_EQ(now->steps(find(*now, "test_jobs_total", "a")), kRounds * 4 * kEach);
  EXPECT_EQ(now->histogram(find(*now, "test_wait_seconds", "q")).count, kRounds * 4 * kEach);
}

TEST_F(RegistryTest, AnEmptyHandleIsHarmless) {
  Counter().add();
  Gauge().set(3);
  Histogram().observe(1.0);
  EXPECT_EQ(take()->find_family("test_jobs_total"), nullptr);
}

TEST_F(RegistryTest, GaugesHoldTheLastValue) {
  const Gauge depth = registry.gauge(kDepth);
  depth.set(4);
  depth.add(-1.5);
  const SnapshotPtr now = take();
  EXPECT_EQ(now->value(find(*now, "test_depth", "")), 2.5);
}

TEST_F(RegistryTest, AGaugeIsUnknownUntilSomethingSetsIt) {
  const Gauge depth = registry.gauge(kDepth);
  const SnapshotPtr before = take();
  EXPECT_TRUE(std::isnan(before->value(find(*before, "test_depth", ""))));
  EXPECT_EQ(before->lifetime_sum("test_depth"), 0);
  registry.gauges(kDepth).zero();
  const SnapshotPtr still = take();
  EXPECT_TRUE(std::isnan(still->value(find(*still, "test_depth", ""))));
  for (const double value : {0.0, -0.0, 7.0}) {
    depth.set(value);
    const SnapshotPtr now = take();
    EXPECT_EQ(now->value(find(*now, "test_depth", "")), value);
  }
}

TEST_F(RegistryTest, AGaugeThatIsOnlyAddedToBeginsAtZero) {
  const Gauge depth = registry.gauge(kDepth);
  depth.add(0);
  const SnapshotPtr zero = take();
  EXPECT_EQ(zero->value(find(*zero, "test_depth", "")), 0);
  depth.add(3);
  const SnapshotPtr three = take();
  EXPECT_EQ(three->value(find(*three, "test_depth", "")), 3);
}

TEST_F(RegistryTest, FoldsLabelSetsBeyondTheLimitIntoOther) {
  for (const char* name : {"a", "b", "c", "d", "e"}) registry.counter(kSmall, name).add();
  const SnapshotPtr now = take();
  EXPECT_EQ(now->steps(find(*now, "test_small_total", "other")), 2u);
  EXPECT_EQ(now->find_family("test_small_total")->series.size(), 4u);
  EXPECT_EQ(now->steps(find(*now, "discern_metrics_folded_total", "test_small_total")), 2u);
}

TEST_F(RegistryTest, CleansHostileLabelValues) {
  registry.counter(kJobs, "a\nb\x1f\"c\\\xff").add();
  registry.counter(kJobs, std::string(1'000'000, 'x')).add();
  registry.counter(kJobs, "a\nb\x1f\"c\\\xff").add();
  const SnapshotPtr now = take();
  const auto& series = now->find_family("test_jobs_total")->series;
  ASSERT_EQ(series.size(), 2u);
  EXPECT_EQ(series[0]->labels_text(), "{kind=\"a b \\\"c\\\\\xEF\xBF\xBD\"}");
  EXPECT_EQ(now->steps(*series[0]), 2u);
  EXPECT_EQ(series[1]->label(0).size(), kMaxLabelBytes);
}

TEST_F(RegistryTest, AddsRestoredTotalsToLifetimeOnly) {
  registry.restore("test_jobs_total", "old", {.steps = 100, .histogram = {}});
  registry.restore("test_wait_seconds", "q", {.steps = 0, .histogram = {1, 2.5, {{8, 3}}}});
  registry.counter(kJobs, "new").add();
  const SnapshotPtr declared = take();
  const Series& old = find(*declared, "test_jobs_total", "old");
  EXPECT_EQ(declared->steps(old), 0u);
  EXPECT_EQ(declared->lifetime_steps(old), 100u);
  registry.counter(kJobs, "old").add(7);
  registry.histogram(kWait, "q").observe(2.1);
  const SnapshotPtr now = take();
  EXPECT_EQ(now->steps(old), 7u);
  EXPECT_EQ(now->lifetime_steps(old), 107u);
  const Series& wait = find(*now, "test_wait_seconds", "q");
  EXPECT_EQ(now->histogram(wait).count, 1u);
  EXPECT_EQ(now->lifetime_histogram(wait).count(), 5u);
  EXPECT_DOUBLE_EQ(now->lifetime_value(wait), 4.6);
}

TEST_F(RegistryTest, ALatchIsTheStateOfItsThreadWhenItWasTaken) {
  const Counter jobs = registry.counter(kJobs, "a");
  const Histogram wait = registry.histogram(kWait, "q");
  jobs.add(3);
  wait.observe(1.5);
  slab::Latch latch;
  slab::latch_current_thread(latch);
  jobs.add(100);
  wait.observe(1.5);
  wait.observe(300.0);
  registry.counter(kJobs, "later").add(50);
  const SnapshotPtr cut = take(&latch);
  EXPECT_EQ(cut->lifetime_sum("test_jobs_total"), 3);
  EXPECT_EQ(cut->histogram(find(*cut, "test_wait_seconds", "q")).count, 1u);
  EXPECT_EQ(take()->lifetime_sum("test_jobs_total"), 153);
}

TEST_F(RegistryTest, EventsTravelInTheNextSnapshotOnly) {
  registry.annotate({SystemTime(950s), "reload", "ping reloaded."});
  ASSERT_EQ(take()->events().size(), 1u);
  EXPECT_TRUE(take()->events().empty());
}

TEST_F(RegistryTest, AdoptChecksNames) {
  const auto adopt = [&](Descriptor d) { return registry.adopt(d); };
  EXPECT_TRUE(adopt({.name = "plugin_a_rounds_total", .help = "Rounds."}));
  EXPECT_TRUE(adopt({.name = "plugin_a_rounds_total", .help = "Rounds."})) << "twice the same";
  EXPECT_FALSE(adopt({.name = "plugin_a_rounds_total", .help = "Rounds.", .labels = {"x"}}));
  EXPECT_FALSE(adopt({.name = "plugin_a_rounds", .help = "A counter without _total."}));
  EXPECT_FALSE(adopt({.name = "Plugin-A_total", .help = "Bad characters."}));
}

TEST_F(RegistryTest, RefusesASecondDeclarationThatDiffers) {
  registry.counters(kJobs);
  constexpr Descriptor kOther{.name = "test_jobs_total", .help = "Jobs.", .labels = {"other"}};
  EXPECT_THROW(registry.counters(kOther), std::logic_error);
}

TEST_F(RegistryTest, SlotsOfADestroyedRegistryBeginAtZeroAgain) {
  std::uint32_t slot = 0;
  {
    Registry first{SystemTime(0s)};
    const Counter jobs = first.counter(kSmall, "x");
    jobs.add(9);
    slot = jobs.slot();
  }
  for (int i = 0; i < 3; ++i) {
    const Counter again = registry.counter(kSmall, std::to_string(i));
    if (again.slot() != slot) continue;
    const SnapshotPtr now = take();
    EXPECT_EQ(now->lifetime_sum("test_small_total"), 0);
  }
}

}  // namespace
}  // namespace discern::metrics
