// Threads that start and end, others that keep counting, one that makes series and one that takes
// snapshots, all at once. Nothing may be lost, fall or tear. Meant for the thread sanitizer too.

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <random>
#include <thread>

#include "metrics/registry.hpp"

namespace discern::metrics {
namespace {

constexpr Descriptor kJobs{
    .name = "test_jobs_total", .help = "Jobs.", .labels = {"kind"}, .max_series = 300};
constexpr Descriptor kWait{.name = "test_wait_seconds",
                           .help = "Wait.",
                           .kind = Kind::Histogram,
                           .unit = Unit::Seconds,
                           .labels = {"queue"}};
constexpr Descriptor kDepth{.name = "test_depth", .help = "Depth.", .kind = Kind::Gauge};
constexpr Descriptor kUsers{.name = "test_users", .help = "Users.", .kind = Kind::Distinct};
constexpr Descriptor kGuilds{
    .name = "test_guilds", .help = "Guilds.", .kind = Kind::TopK, .labels = {"guild"}, .top = 4};

constexpr std::uint64_t kEach = 2000;
constexpr int kLasting = 2;
constexpr int kRounds = 15;
constexpr int kPassing = 3;

struct Stress : testing::Test {
  // Counts kEach times with every kind, partly by handle and partly by name.
  void count(std::uint64_t seed) {
    auto& jobs = registry.counters(kJobs);
    const Counter steady = jobs.with("steady");
    const Histogram wait = registry.histogram(kWait, "q");
    const Gauge depth = registry.gauge(kDepth);
    const Distinct users = registry.distincts(kUsers).with();
    const TopK guilds = registry.topks(kGuilds).with();
    std::mt19937_64 random(seed);
    for (std::uint64_t i = 0; i < kEach; ++i) {
      steady.add();
      jobs.with("kind" + std::to_string(random() % 400)).add(2);
      wait.observe(std::exp2(static_cast<double>(random() % 40) - 28));
      depth.add(1);
      users.add(i % 500);
      guilds.add_id(random() % 100);
    }
  }
  double sum(const Snapshot& snapshot, const Descriptor& family) {
    return snapshot.lifetime_sum(family.name);
  }
  Registry registry{SystemTime{}};
};

TEST_F(Stress, LosesNothingWhileThreadsComeAndGo) {
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    double last_jobs = 0;
    std::uint64_t last_count = 0;
    while (!stop) {
      const SnapshotPtr now = registry.snapshot({}, {});
      const double jobs = sum(*now, kJobs);
      EXPECT_GE(jobs, last_jobs) << "a total fell";
      last_jobs = jobs;
      if (const FamilySeries* wait = now->find_family(kWait.name)) {
        if (wait->series.empty()) continue;
        const HistogramView view = now->histogram(*wait->series[0]);
        std::uint64_t in_buckets = view.zero;
        for (const Bucket& bucket : view.buckets) in_buckets += bucket.count;
        EXPECT_EQ(in_buckets, view.count);
        EXPECT_GE(view.count, last_count);
        last_count = view.count;
      }
    }
  });
  std::vector<std::thread> lasting;
  for (int i = 0; i < kLasting; ++i) {
    lasting.emplace_back([this, i] {
      for (int round = 0; round < kRounds; ++round)
        count(static_cast<std::uint64_t>(i * 1000 + round));
    });
  }
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::thread> passing;
    for (int i = 0; i < kPassing; ++i) {
      passing.emplace_back([this, i, round] { count(static_cast<std::uint64_t>(round * 10 + i)); });
    }
    for (std::thread& thread : passing) thread.join();
  }
  for (std::thread& thread : lasting) thread.join();
  stop = true;
  reader.join();

  constexpr double kCounts = kEach * kRounds * (kLasting + kPassing);
  const SnapshotPtr now = registry.snapshot({}, {});
  EXPECT_EQ(sum(*now, kJobs), kCounts * 3);
  EXPECT_EQ(now->histogram(*now->find_family(kWait.name)->series[0]).count, kCounts);
  EXPECT_EQ(sum(*now, kDepth), kCounts);
  EXPECT_EQ(sum(*now, kGuilds), kCounts);
  EXPECT_NEAR(sum(*now, kUsers), 500, 30);
  EXPECT_EQ(now->find_family(kJobs.name)->series.size(), 301u) << "the cap and other";
}

// A slab that is latched passes to another thread, which counts in it before the snapshot is taken.
TEST_F(Stress, ALatchOfAThreadThatEndedLosesAndDoublesNothing) {
  auto& jobs = registry.counters(kJobs);
  jobs.with("a");
  slab::Latch latch;
  for (std::uint64_t i = 1; i <= 50; ++i) {
    std::thread([&] {
      jobs.with("a").add();
      slab::latch_current_thread(latch);
      jobs.with("a").add();
    }).join();
    std::thread([&] { jobs.with("a").add(); }).join();
    const double cut = registry.snapshot({}, {}, &latch)->lifetime_sum(kJobs.name);
    EXPECT_GE(cut, static_cast<double>(3 * i - 2));
    EXPECT_LE(cut, static_cast<double>(3 * i - 1));
    EXPECT_EQ(registry.snapshot({}, {})->lifetime_sum(kJobs.name), static_cast<double>(3 * i));
  }
}

// Everything that producers, plugins and the tick do to a registry, at the same time.
TEST_F(Stress, NothingTearsWhenEveryPartIsUsedAtOnce) {
  registry.counters(kJobs);
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  const auto forever = [&](auto work) {
    threads.emplace_back([&stop, work] {
      for (std::uint64_t i = 0; !stop; ++i) work(i);
    });
  };
  forever([this](std::uint64_t i) {  // A plugin that is loaded again and again.
    const std::string name = "plugin_p" + std::to_string(i % 50) + "_total";
    const auto own = registry.adopt({.name = name, .help = "Own.", .labels = {"x"}, .owner = "p"});
    ASSERT_TRUE(own.ok());
    registry.counter(**own, std::to_string(i % 7)).add();
    registry.annotate({{}, "reload", "p reloaded."});
  });
  forever([this](std::uint64_t i) {
    const Histogram wait = registry.histogram(kWait, i % 2 == 0 ? "a" : "b");
    registry.observe(wait, std::exp2(static_cast<double>(i % 9)), "trace_id", "t", {});
  });
  forever([this](std::uint64_t i) {  // A new day for the daily users.
    registry.distincts(kUsers).set_key({i, i});
    EXPECT_GT(registry.memory().bytes, 0u);
  });
  forever([this](std::uint64_t) {  // A second consumer, which keeps what it takes for a while.
    const SnapshotPtr kept = registry.snapshot({}, {});
    const double before = sum(*kept, kJobs);
    registry.snapshot({}, {});
    EXPECT_EQ(sum(*kept, kJobs), before);
    for (const FamilySeries& family : kept->layout()) {
      for (const Series* series : family.series) kept->lifetime_total(*series);
    }
  });
  for (int round = 0; round < 3; ++round) count(static_cast<std::uint64_t>(round));
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum(*registry.snapshot({}, {}), kJobs), 3 * 3 * static_cast<double>(kEach));
}

TEST_F(Stress, LatchesAreExactWhileOthersCount) {
  std::atomic<bool> stop{false};
  registry.counter(kJobs, "others");
  std::thread others([&] {
    const Counter jobs = registry.counter(kJobs, "others");
    while (!stop) jobs.add();
  });
  const Counter mine = registry.counter(kJobs, "mine");
  slab::Latch latch;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    mine.add();
    slab::latch_current_thread(latch);
    mine.add();
    const SnapshotPtr now = registry.snapshot({}, {}, &latch);
    for (const Series* series : now->find_family(kJobs.name)->series) {
      if (series->key() != "mine") continue;
      EXPECT_EQ(now->steps(*series), 2 * i - 1);
    }
  }
  stop = true;
  others.join();
}

}  // namespace
}  // namespace discern::metrics
