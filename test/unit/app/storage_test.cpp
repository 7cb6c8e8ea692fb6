#include "app/storage.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/files.hpp"
#include "export/seed_json.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/registry.hpp"

namespace discern::app {
namespace {

using testing::HasSubstr;

class StorageTest : public testing::Test {
 protected:
  void SetUp() override {
    config.data_dir = std::filesystem::path(testing::TempDir()) /
                      testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(config.data_dir);
  }
  void TearDown() override { std::filesystem::remove_all(config.data_dir); }

  Result<std::unique_ptr<Storage>> open(DataOf kind) { return Storage::open(config, clock, kind); }
  // A start and its first commit.
  Result<void> live(DataOf kind) {
    auto storage = open(kind);
    if (!storage) return std::move(storage).error();
    metrics::Registry registry(clock.system_now());
    if (auto restored = (*storage)->restore_totals(registry); !restored) return restored;
    return (*storage)->commit(*registry.snapshot(clock.system_now(), clock.steady_now()), {});
  }

  Config config;
  ManualClock clock;
};

TEST_F(StorageTest, ABotDoesNotTakeOverADemo) {
  ASSERT_TRUE(live(DataOf::Demo));
  const auto bot = open(DataOf::Bot);
  ASSERT_FALSE(bot);
  EXPECT_EQ(bot.error().kind, Errc::Invalid);
  EXPECT_THAT(bot.error().text, HasSubstr("holds the data of a demo"));
  EXPECT_THAT(bot.error().text, HasSubstr("--data"));
  EXPECT_TRUE(live(DataOf::Demo)) << "another demo does";
}

TEST_F(StorageTest, ADemoDoesNotAddToABot) {
  ASSERT_TRUE(live(DataOf::Bot));
  const auto demo = open(DataOf::Demo);
  ASSERT_FALSE(demo);
  EXPECT_THAT(demo.error().text, HasSubstr("holds the data of your bot"));
  EXPECT_TRUE(live(DataOf::Bot));
}

TEST_F(StorageTest, AFolderThatDoesNotSayIsTakenAndMarked) {
  // As an earlier version leaves it.
  ASSERT_TRUE(history::Store::open(config.data_dir, clock));
  EXPECT_TRUE(open(DataOf::Demo)) << "nothing was committed, so that it still does not say";
  ASSERT_TRUE(live(DataOf::Bot));
  EXPECT_FALSE(open(DataOf::Demo));
}

TEST_F(StorageTest, TotalsNeverFallBelowTheBackupsWhenTheLogOfTheDatabaseIsDamaged) {
  using namespace std::chrono_literals;
  namespace catalogue = metrics::catalogue;
  config.history.tick = 1s;
  const auto database = history::database_file(config.data_dir);
  {
    auto storage = open(DataOf::Bot);
    ASSERT_TRUE(storage);
    metrics::Registry registry(clock.system_now());
    ASSERT_TRUE((*storage)->restore_totals(registry));
    auto events = registry.counter(catalogue::kGatewayEvents, "MESSAGE_CREATE");
    auto commands = registry.counter(catalogue::kCommands, "ping", "ping");
    discord::SavedSessions sessions;
    sessions.shard_count = 1;
    sessions.shards.push_back({.id = 0, .session_id = "s", .resume_url = "u", .sequence = 5});
    const auto live = [&] {
      events.add(100);
      commands.add(7);
      clock.advance(1s);
      return (*storage)->commit(*registry.snapshot(clock.system_now(), clock.steady_now()),
                                sessions);
    };
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(live());
    std::string json;
    exporter::append_seed_json(
        json, *registry.snapshot(clock.system_now(), clock.steady_now()), {});
    ASSERT_TRUE((*storage)->write_backup(json));
    // What a kill leaves: the log was never played into the file.
    std::filesystem::copy_file(database, database.string() + ".kept");
    std::filesystem::copy_file(database.string() + "-wal", database.string() + "-wal.kept");
  }
  std::filesystem::rename(database.string() + ".kept", database);
  std::string log = *read_file(database.string() + "-wal.kept");
  log[log.size() / 2] ^= 1;
  ASSERT_TRUE(write_file_atomically(database.string() + "-wal", log));
  const timespec times[2] = {{epoch_ms(clock.system_now()) / 1000, 0},
                             {epoch_ms(clock.system_now()) / 1000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (config.data_dir / "metrics.json").c_str(), times, 0), 0);

  auto storage = open(DataOf::Bot);
  ASSERT_TRUE(storage) << storage.error().text;
  metrics::Registry registry(clock.system_now());
  ASSERT_TRUE((*storage)->restore_totals(registry));
  registry.counter(catalogue::kGatewayEvents, "MESSAGE_CREATE");
  registry.counter(catalogue::kGatewayEvents, "other");
  registry.counter(catalogue::kCommands, "ping", "ping");
  const auto now = registry.snapshot(clock.system_now(), clock.steady_now());
  EXPECT_EQ(now->lifetime_sum(catalogue::kGatewayEvents.name), 10'000);
  EXPECT_EQ(now->lifetime_sum(catalogue::kCommands.name), 700);
  EXPECT_TRUE((*storage)->load_sessions()->shards.empty())
      << "a resume would repeat what is counted already";
}

}  // namespace
}  // namespace discern::app
