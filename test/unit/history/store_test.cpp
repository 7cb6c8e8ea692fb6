#include "history/store.hpp"

#include <random>

#include "unit/history/fixture.hpp"

namespace discern::history {
namespace {

struct StoreTest : HistoryTest {};

TEST_F(StoreTest, CountsItsStarts) {
  EXPECT_EQ(start()->store->restart_count(), 0u);
  EXPECT_EQ(start()->store->restart_count(), 1u);
  EXPECT_EQ(start()->store->restart_count(), 2u);
}

TEST_F(StoreTest, CountsOnFromABackup) {
  ASSERT_TRUE(start()->store->set_restart_count(41).ok());
  EXPECT_EQ(start()->store->restart_count(), 42u);
}

TEST_F(StoreTest, IsNewUntilATickIsWritten) {
  EXPECT_TRUE(start()->store->is_new());
  auto process = start();
  EXPECT_TRUE(process->store->is_new());
  ASSERT_TRUE(process->commit().ok());
  process.reset();
  EXPECT_FALSE(start()->store->is_new());
}

TEST_F(StoreTest, TotalsGoOnAfterARestart) {
  for (int life = 1; life <= 3; ++life) {
    auto process = start();
    process->registry.counter(kJobs, "a").add(10);
    process->registry.counter(kCpu).add(1500ms);
    process->registry.histogram(kWait, "q").observe(0.25);
    process->registry.histogram(kWait, "q").observe(0.0);
    ASSERT_TRUE(process->commit().ok());
    const auto snapshot = process->snapshot();
    EXPECT_EQ(snapshot->lifetime_sum("test_jobs_total"), 10 * life);
    EXPECT_DOUBLE_EQ(snapshot->lifetime_sum("test_cpu_seconds_total"), 1.5 * life);
    const metrics::Total total = total_of(*process->store, "test_wait_seconds", "q");
    EXPECT_EQ(total.histogram.count(), 2u * life);
    EXPECT_EQ(total.histogram.zero, 1u * life);
    EXPECT_DOUBLE_EQ(total.histogram.sum, 0.25 * life);
  }
}

TEST_F(StoreTest, TotalsOfAFamilyThatIsNotDeclaredStay) {
  auto process = start();
  process->registry.counter(kJobs, "a").add(10);
  ASSERT_TRUE(process->commit().ok());
  process = nullptr;
  process = start();
  process->registry.counter(kCpu).add(1);
  ASSERT_TRUE(process->commit().ok());
  process = nullptr;
  EXPECT_EQ(total_of(*start()->store, "test_jobs_total", "a").steps, 10u);
}

TEST_F(StoreTest, SketchesGoOnAfterARestart) {
  static constexpr metrics::Descriptor kActive{
      .name = "test_active", .help = "Active.", .kind = metrics::Kind::Distinct};
  static constexpr metrics::Descriptor kBusy{
      .name = "test_busy", .help = "Busy.", .kind = metrics::Kind::TopK, .labels = {"guild"}};
  const metrics::HashKey key{1, 2};
  auto process = start();
  auto& active = process->registry.distincts(kActive);
  active.set_key(key);
  for (std::uint64_t user = 0; user < 50; ++user) active.with().add(user);
  process->registry.topks(kBusy).with().add("g", 7);
  ASSERT_TRUE(process->commit().ok());
  const double before = process->snapshot()->lifetime_sum("test_active");
  process = nullptr;

  process = start();
  process->registry.distincts(kActive).set_key(key);
  process->registry.topks(kBusy).with().add("g", 1);
  ASSERT_TRUE(process->commit().ok());
  EXPECT_EQ(process->snapshot()->lifetime_sum("test_active"), before);
  EXPECT_EQ(process->snapshot()->lifetime_sum("test_busy"), 8);
}

TEST_F(StoreTest, AFamilyThatChangesItsKindKeepsTheOldSeriesReadable) {
  static constexpr metrics::Descriptor kLater{
      .name = "test_jobs_total", .help = "Jobs.", .kind = metrics::Kind::Counter, .step = 0.5};
  auto process = start();
  process->registry.counter(kJobs, "a").add(10);
  ASSERT_TRUE(process->commit().ok());
  clock.advance(10s);
  process->registry.counter(kJobs, "a").add(10);
  ASSERT_TRUE(process->commit().ok());
  process = nullptr;
  clock.advance(10s);
  process = start();
  process->registry.counter(kLater).add(4);
  ASSERT_TRUE(process->commit().ok());

  EXPECT_EQ(count("SELECT count(*) FROM family WHERE name = 'test_jobs_total'"), 2);
  const Query query{"test_jobs_total",
                    {},
                    clock.system_now() - 20s,
                    clock.system_now() + 1s,
                    10s,
                    Reduction::Increase};
  const QueryResult result = ask(query);
  ASSERT_EQ(result.series.size(), 2u);
  EXPECT_EQ(result.series[0].labels, Labels{});
  EXPECT_EQ(result.series[0].points[2], 2.0);
  EXPECT_EQ(result.series[1].labels, (Labels{{"kind", "a"}}));
  EXPECT_EQ(result.series[1].points[1], 10.0);
}

TEST_F(StoreTest, KeepsStateByArea) {
  const StateRow rows[] = {{"guild", "2", "two"},
                           {"guild", "1", std::string("\0\1", 2)},
                           {"guild", "3", ""},
                           {"session", "0", "abc"}};
  auto process = start();
  ASSERT_TRUE(process->commit(rows).ok());
  const StateRow later[] = {{"guild", "2", std::nullopt}, {"guild", "1", "one"}};
  ASSERT_TRUE(process->commit(later).ok());
  process = nullptr;

  process = start();
  const auto guilds = process->store->state("guild");
  ASSERT_TRUE(guilds.ok());
  ASSERT_EQ(guilds->size(), 2u);
  EXPECT_EQ((*guilds)[0].key, "1");
  EXPECT_EQ((*guilds)[0].value, "one");
  EXPECT_EQ((*guilds)[1].key, "3");
  EXPECT_EQ((*guilds)[1].value, "");
  EXPECT_EQ(process->store->state("session")->size(), 1u);
  EXPECT_TRUE(process->store->state("nobody")->empty());
}

TEST_F(StoreTest, MarksBetweenTwoTicksGoWithTheNext) {
  auto process = start();
  const metrics::Event marks[] = {{clock.system_now(), "reload", "Reloaded trivia."}};
  process->store->note(marks);
  process->registry.annotate({clock.system_now(), "load", "Loaded quiz."});
  ASSERT_TRUE(process->commit().ok());
  ASSERT_TRUE(process->commit().ok());
  EXPECT_EQ(count("SELECT count(*) FROM annotation"), 2);
}

TEST_F(StoreTest, SaysWhatItWroteAndHowLargeItIs) {
  auto process = start();
  process->registry.gauge(kDepth).set(3);
  ASSERT_TRUE(process->commit().ok());
  EXPECT_EQ(process->store->last_written().samples, process->snapshot()->series_count());
  EXPECT_GT(process->store->last_written().payload_bytes, 0u);
  EXPECT_GE(process->store->size_bytes(), std::filesystem::file_size(file()));
}

TEST_F(StoreTest, FilesAreForTheOwnerOnly) {
  auto process = start();
  ASSERT_TRUE(process->commit().ok());
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const auto mode = std::filesystem::status(file().string() + suffix).permissions();
    EXPECT_EQ(mode & std::filesystem::perms::group_all, std::filesystem::perms::none) << suffix;
    EXPECT_EQ(mode & std::filesystem::perms::others_all, std::filesystem::perms::none) << suffix;
  }
}

TEST_F(StoreTest, TicksKeepTheirOrderWhenTheClockIsSetBack) {
  auto process = start();
  ASSERT_TRUE(process->commit().ok());
  clock.advance(-1h);
  ASSERT_TRUE(process->commit().ok());
  ASSERT_TRUE(process->commit().ok());
  EXPECT_EQ(count("SELECT count(*) FROM tick"), 3);
  EXPECT_EQ(count("SELECT min(time_ms) = (SELECT time_ms FROM tick WHERE id = 3) FROM tick"), 1);
}

TEST_F(StoreTest, WhatIsTooOldIsDeletedBitByBit) {
  options.retention = 20min;
  auto process = start();
  process->registry.annotate({clock.system_now(), "start", "Started."});
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(process->commit().ok());
    clock.advance(10s);
  }
  // Twenty minutes, and at most the chain that reaches beyond it and the minute until the next
  // look.
  EXPECT_GE(count("SELECT count(*) FROM tick"), 120);
  EXPECT_LE(count("SELECT count(*) FROM tick"), 120 + 60 + 6 + 1);
  EXPECT_EQ(count("SELECT count(*) FROM annotation"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM tick WHERE key_tick NOT IN (SELECT id FROM tick)"), 0);
}

TEST_F(StoreTest, AClockThatIsAheadForAWhileDeletesNothing) {
  auto process = start();
  for (int i = 0; i < 130; ++i) {
    ASSERT_TRUE(process->commit().ok());
    clock.advance(10s);
  }
  clock.set_ahead(24h * 3650);
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(process->commit().ok());
    clock.advance(10s);
  }
  EXPECT_EQ(count("SELECT count(*) FROM tick"), 190);
  clock.set_ahead(-24h * 3650);
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(process->commit().ok());
    clock.advance(10s);
  }
  EXPECT_EQ(count("SELECT count(*) FROM tick"), 690);
}

TEST_F(StoreTest, AStartAfterTheRetentionDeletesOnlyWhenTheClockHasProvedRight) {
  options.retention = 1h;
  auto process = start();
  for (int i = 0; i < 130; ++i) {
    ASSERT_TRUE(process->commit().ok());
    clock.advance(10s);
  }
  process = nullptr;
  clock.advance(24h);
  process = start();
  for (int i = 0; i < 350; ++i) {
    ASSERT_TRUE(process->commit().ok());
    clock.advance(10s);
  }
  EXPECT_EQ(count("SELECT count(*) FROM tick WHERE id <= 130"), 130);
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(process->commit().ok());
    clock.advance(10s);
  }
  EXPECT_EQ(count("SELECT count(*) FROM tick WHERE id <= 130"), 0);
}

TEST_F(StoreTest, AShorterRetentionGivesSpaceBack) {
  auto process = start();
  std::mt19937 random(1);
  std::vector<metrics::Counter> counters;
  for (int i = 0; i < 900; ++i) {
    counters.push_back(process->registry.counter(kJobs, std::to_string(i)));
  }
  for (int i = 0; i < 500; ++i) {
    for (const metrics::Counter& counter : counters) counter.add(random() % 60000);
    ASSERT_TRUE(process->commit().ok());
    clock.advance(10s);
  }
  process = nullptr;
  const auto before = std::filesystem::file_size(file());
  options.retention = 10min;
  process = start();
  for (int i = 0; i < 20; ++i) {
    clock.advance(1min);
    ASSERT_TRUE(process->commit().ok());
  }
  process = nullptr;
  EXPECT_LT(std::filesystem::file_size(file()), before / 2);
}

}  // namespace
}  // namespace discern::history
