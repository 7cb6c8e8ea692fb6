#include "app/period_keys.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <memory>

#include "base/files.hpp"
#include "metrics/catalogue.hpp"

namespace discern::app {
namespace {

namespace catalogue = metrics::catalogue;
using namespace std::chrono;

SystemTime at(int y, unsigned m, unsigned d, hours after_midnight = hours(0)) {
  return sys_days(year(y) / month(m) / day(d)) + after_midnight;
}

// A host that is started again and again on one data folder.
class PeriodKeysTest : public testing::Test {
 protected:
  void SetUp() override {
    folder = std::filesystem::path(testing::TempDir()) /
             testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }

  void start(SystemTime now, DataFolder use = DataFolder::Used) {
    keys.reset();
    registry = std::make_unique<metrics::Registry>(now);
    for (const auto& [name, total] : stored) registry->restore(name.first, name.second, total);
    keys = std::make_unique<PeriodKeys>(file(), *registry, use);
    update(now);
  }
  void update(SystemTime now, SteadyTime steady = {}) { keys->update(now, steady); }
  void see(std::uint64_t first, std::uint64_t last) {
    for (const metrics::Period period : metrics::kPeriods) {
      const auto users = registry->distincts(catalogue::kActiveUsers).with(to_string(period));
      const auto guilds = registry->topks(catalogue::kGuildEvents).with(to_string(period));
      for (std::uint64_t id = first; id <= last; ++id) users.add(id * 7919);
      guilds.add_id(5, last - first + 1);
    }
  }
  // What the tick writes to disk.
  void save() {
    const metrics::SnapshotPtr now = registry->snapshot({}, {});
    for (const auto* family : {&catalogue::kActiveUsers, &catalogue::kGuildEvents}) {
      for (const metrics::Series* series : now->find_family(family->name)->series) {
        stored[{std::string(family->name), std::string(series->key())}] =
            now->lifetime_total(*series);
      }
    }
  }
  double value(const metrics::Descriptor& family, std::string_view period) {
    const metrics::SnapshotPtr now = registry->snapshot({}, {});
    for (const metrics::Series* series : now->find_family(family.name)->series) {
      if (series->key() == period) return now->value(*series);
    }
    return -1;
  }
  double users(std::string_view period) { return value(catalogue::kActiveUsers, period); }
  double events(std::string_view period) { return value(catalogue::kGuildEvents, period); }
  std::filesystem::path file() const { return folder / "period.keys"; }
  PeriodKeySet on_disk() const { return parse_period_keys(*read_file(file())).value(); }

  std::filesystem::path folder;
  std::unique_ptr<metrics::Registry> registry;
  std::unique_ptr<PeriodKeys> keys;
  std::map<std::pair<std::string, std::string>, metrics::Total> stored;
};

TEST_F(PeriodKeysTest, OnlyTheOwnerMayReadTheFile) {
  // A file that was copied with a wide mode, and what a crash left behind, are narrowed, too.
  std::ofstream(file()) << "# nothing\n";
  std::ofstream(file().string() + ".tmp") << "x";
  start(at(2026, 11, 25));
  struct stat about {};
  ASSERT_EQ(::stat(file().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  EXPECT_EQ(on_disk()[0].period, "2026-11-25");
  EXPECT_EQ(on_disk()[1].period, "2026-W48");
  EXPECT_EQ(on_disk()[2].period, "2026-11");
}

TEST_F(PeriodKeysTest, APeriodGoesOnOverARestart) {
  start(at(2026, 11, 25), DataFolder::New);
  see(1, 20);
  save();
  start(at(2026, 11, 25, hours(23)));
  see(11, 30);
  for (const char* period : {"day", "week", "month"}) {
    // The key is random: some 30 values collide in 4,096 registers one time in ten.
    EXPECT_NEAR(users(period), 30, 2) << period;
    EXPECT_EQ(events(period), 40) << period;
  }
}

TEST_F(PeriodKeysTest, EachPeriodBeginsAnewWhenItsOwnTimeHasCome) {
  start(at(2026, 11, 28), DataFolder::New);  // A Saturday.
  see(1, 5);
  const PeriodKeySet before = on_disk();
  update(at(2026, 11, 29));
  EXPECT_EQ(users("day"), 0);
  EXPECT_NEAR(users("week"), 5, 1);
  EXPECT_EQ(events("day"), 0);
  EXPECT_EQ(events("week"), 5);
  EXPECT_NE(on_disk()[0].key, before[0].key);
  EXPECT_EQ(on_disk()[1], before[1]);
  EXPECT_EQ(on_disk()[2], before[2]);

  update(at(2026, 11, 30));
  EXPECT_EQ(users("week"), 0);
  EXPECT_NEAR(users("month"), 5, 1);
  update(at(2026, 12, 1));
  EXPECT_EQ(users("month"), 0);
  EXPECT_EQ(events("month"), 0);
}

TEST_F(PeriodKeysTest, WhatAPeriodThatIsOverLeftOnDiskIsNotCountedOn) {
  start(at(2026, 11, 25), DataFolder::New);
  see(1, 5);
  save();
  start(at(2026, 11, 26));
  see(6, 6);
  EXPECT_EQ(users("day"), 1);
  EXPECT_EQ(events("day"), 1);
  EXPECT_NEAR(users("month"), 6, 1);
  EXPECT_EQ(events("month"), 6);
}

TEST_F(PeriodKeysTest, AClockThatIsSetBackOverABoundaryEndsNothing) {
  start(at(2026, 12, 1), DataFolder::New);
  see(1, 5);
  const PeriodKeySet before = on_disk();
  update(at(2026, 11, 30, hours(23)));
  update(at(2026, 12, 1));
  EXPECT_EQ(on_disk(), before);
  EXPECT_EQ(events("day"), 5);
  EXPECT_EQ(events("month"), 5);
}

TEST_F(PeriodKeysTest, AMachineThatStartsInThePastKeepsThePeriods) {
  start(at(2026, 11, 25), DataFolder::New);
  const PeriodKeySet before = on_disk();
  start(at(1970, 1, 1));
  start(at(2026, 11, 25, hours(1)));
  EXPECT_EQ(on_disk(), before);
}

TEST_F(PeriodKeysTest, APeriodThatWasBegunByAWrongClockDoesNotLastForYears) {
  start(at(2030, 1, 1), DataFolder::New);
  see(1, 5);
  const SteadyTime set_right{};
  update(at(2026, 11, 25), set_right);
  EXPECT_EQ(events("day"), 5);
  update(at(2026, 11, 25, hours(1)), set_right + hours(1));
  EXPECT_EQ(events("day"), 0);
  EXPECT_EQ(on_disk()[0].period, "2026-11-25");
  EXPECT_EQ(on_disk()[2].period, "2026-11");
}

TEST_F(PeriodKeysTest, TheKeyOfAPeriodThatIsOverIsGone) {
  start(at(2026, 11, 25), DataFolder::New);
  const std::string text = *read_file(file());
  // Whoever has the file open sees it erased.
  std::ifstream open_before(file());
  update(at(2026, 11, 26));
  const std::string line = text.substr(text.find("day "), 60);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    EXPECT_EQ(read_file(entry.path())->find(line.substr(4)), std::string::npos) << entry.path();
  }
  std::string old(std::istreambuf_iterator<char>(open_before), {});
  EXPECT_EQ(old, std::string(text.size(), '\0'));
}

TEST_F(PeriodKeysTest, ALostOrSpoiltFileBeginsEveryPeriodAnew) {
  for (const char* spoilt : {"", "day 2026-11-25 12\n", "day 2026-11-25", "\0\0"}) {
    start(at(2026, 11, 25), DataFolder::New);
    see(1, 5);
    save();
    if (*spoilt == 0) {
      std::filesystem::remove(file());
    } else {
      std::ofstream(file()) << spoilt;
    }
    testing::internal::CaptureStderr();
    start(at(2026, 11, 25));
    EXPECT_NE(testing::internal::GetCapturedStderr().find("counted from 0 again"),
              std::string::npos);
    EXPECT_EQ(users("month"), 0);
    EXPECT_EQ(events("month"), 0);
    stored.clear();
  }
}

TEST_F(PeriodKeysTest, CountsOnWithoutADisk) {
  std::filesystem::remove_all(folder);
  start(at(2026, 11, 25), DataFolder::New);
  see(1, 5);
  update(at(2026, 11, 25, hours(1)));
  EXPECT_NEAR(users("day"), 5, 1);
  std::filesystem::create_directories(folder);
  update(at(2026, 11, 25, hours(2)));
  EXPECT_EQ(on_disk()[0].period, "2026-11-25");
  EXPECT_NEAR(users("day"), 5, 1);
}

TEST(PeriodKeyFile, ReadsBackWhatItWrote) {
  const PeriodKeySet keys{{{"2026-11-25", {1, ~0ull}}, {"2026-W48", {3, 4}}, {"2026-11", {5, 0}}}};
  EXPECT_EQ(*parse_period_keys(format_period_keys(keys)), keys);
}

TEST(PeriodKeyFile, RefusesWhatItDidNotWrite) {
  for (const char* text : {"day",
                           "day \n",
                           "year 2026 00000000000000000000000000000001\n",
                           "day 2026-11-25 0000000000000000000000000000001\n",
                           "day 2026-11-25 000000000000000x0000000000000001\n",
                           "day 2026-11-25 00000000000000000000000000000001"}) {
    EXPECT_FALSE(parse_period_keys(text)) << text;
  }
}

}  // namespace
}  // namespace discern::app
