#include "app/made_up_week.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "app/storage.hpp"
#include "history/reader.hpp"
#include "metrics/catalogue.hpp"

namespace discern::app {
namespace {

using namespace std::chrono_literals;

TEST(MadeUpWeek, TicksGetDenserUpToTheEnd) {
  const SystemTime end(std::chrono::hours(24 * 20'000));
  const auto ticks = made_up_ticks(end, 24h * 7);
  EXPECT_EQ(ticks.front(), end - 24h * 7);
  EXPECT_EQ(ticks[1] - ticks[0], 10min);
  EXPECT_EQ(ticks.back(), end - 10s);
  EXPECT_EQ(ticks.size(), 6u * 144 + 18 * 60 + 6 * 360);
  EXPECT_TRUE(made_up_ticks(end, 0h).empty());
}

struct MadeUpWeekInAFolder : testing::Test {
  MadeUpWeekInAFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "discern-week-XXXXXX").string();
    config.data_dir = ::mkdtemp(name.data());
    week.span = 7h;
  }
  ~MadeUpWeekInAFolder() override { std::filesystem::remove_all(config.data_dir); }
  std::unique_ptr<Storage> open(DataOf kind) {
    auto storage = Storage::open(config, clock, kind, week);
    EXPECT_TRUE(storage.ok());
    return storage ? *std::move(storage) : nullptr;
  }
  double messages(metrics::SnapshotPtr newest = nullptr) {
    auto reader = history::make_reader(history::database_file(config.data_dir));
    if (!reader) return -1;
    history::Query query;
    query.family = metrics::catalogue::kGatewayEvents.name;
    query.labels = {{"type", "MESSAGE_CREATE"}};
    query.from = clock.system_now() - 8h;
    query.to = clock.system_now();
    query.step = 1min;
    query.reduction = history::Reduction::Increase;
    query.is_known = true;
    query.newest = std::move(newest);
    const auto result = (*reader)->run(query);
    if (!result || result->series.empty()) return 0;
    return result->series[0].increase;
  }
  Config config;
  ManualClock clock;
  MadeUpWeek week;
};

TEST_F(MadeUpWeekInAFolder, NoTotalGoesOnFromItAndTheFirstStartIsTheFirst) {
  auto storage = open(DataOf::Demo);
  ASSERT_NE(storage, nullptr);
  EXPECT_TRUE(storage->is_new());
  EXPECT_EQ(storage->restart_count(), 0u);
  EXPECT_EQ(storage->made_up_until(), clock.system_now());
  metrics::Registry registry(clock.system_now());
  ASSERT_TRUE(storage->restore_totals(registry).ok());
  const auto real = registry.counter(metrics::catalogue::kGatewayEvents, "MESSAGE_CREATE");
  real.add(7);
  EXPECT_EQ(registry.snapshot(clock.system_now(), clock.steady_now())
                ->lifetime_sum(metrics::catalogue::kGatewayEvents.name),
            7);
  const double made_up = messages();
  EXPECT_GT(made_up, 7 * 3600);
  clock.advance(10s);
  const auto snapshot = registry.snapshot(clock.system_now(), clock.steady_now());
  ASSERT_TRUE(storage->commit(*snapshot, {}).ok());
  clock.advance(1s);
  EXPECT_EQ(messages(), made_up + 7);
  real.add(2);
  const auto newest = registry.snapshot(clock.system_now(), clock.steady_now());
  clock.advance(1s);
  EXPECT_EQ(messages(newest), made_up + 9);
}

TEST_F(MadeUpWeekInAFolder, CountsWhatIsNewerThanItBeforeTheFirstTick) {
  auto storage = open(DataOf::Demo);
  metrics::Registry registry(clock.system_now());
  const double made_up = messages();
  registry.counter(metrics::catalogue::kGatewayEvents, "MESSAGE_CREATE").add(3);
  clock.advance(1s);
  const auto newest = registry.snapshot(clock.system_now(), clock.steady_now());
  clock.advance(1s);
  EXPECT_EQ(messages(newest), made_up + 3);
}

TEST_F(MadeUpWeekInAFolder, IsWrittenOnceAndNeverForABot) {
  open(DataOf::Bot);
  EXPECT_EQ(messages(), 0);
  open(DataOf::Demo);
  const double made_up = messages();
  EXPECT_GT(made_up, 0);
  const auto again = open(DataOf::Demo);
  EXPECT_EQ(messages(), made_up);
  EXPECT_FALSE(again->is_new());
  EXPECT_TRUE(again->made_up_until().has_value());
  EXPECT_FALSE(Storage::open(config, clock, DataOf::Bot).ok())
      << "a bot's numbers would be mixed with it";
}

TEST_F(MadeUpWeekInAFolder, IsNotWrittenBesideABackup) {
  std::filesystem::create_directories(config.data_dir);
  std::FILE* backup = std::fopen((config.data_dir / "metrics.json").c_str(), "w");
  std::fclose(backup);
  open(DataOf::Demo);
  EXPECT_EQ(messages(), 0);
}

}  // namespace
}  // namespace discern::app
