#include "app/storage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

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

}  // namespace
}  // namespace discern::app
