#include "discord/model/discord_clock.hpp"

#include <gtest/gtest.h>

namespace discern::discord {
namespace {

using namespace std::chrono_literals;

class AtDiscord : public ::testing::Test {
 protected:
  // What Discord's clock shows now, when this machine's wall clock is `ahead` of it.
  SystemTime discord_now() const { return clock_.system_now() - ahead_; }
  void set_wall_clock_ahead(std::chrono::nanoseconds by) {
    clock_.set_ahead(by - ahead_);
    ahead_ = std::chrono::duration_cast<SystemTime::duration>(by);
  }
  void see_fresh() { known_.on_snowflake(discord_now() - 50ms, clock_.steady_now()); }
  // An answer whose Date is cut to the second.
  void see_date() {
    const auto second = std::chrono::floor<std::chrono::seconds>(discord_now());
    const std::time_t time = std::chrono::system_clock::to_time_t(second);
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    char text[40];
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    known_.on_date(text, clock_.steady_now() - 20ms, clock_.steady_now());
  }
  double age(std::chrono::nanoseconds real) const {
    return seconds(
        known_.age(discord_now() - std::chrono::duration_cast<SystemTime::duration>(real)));
  }
  double at_least(std::chrono::nanoseconds real) const {
    return seconds(known_.age_at_least(discord_now() -
                                       std::chrono::duration_cast<SystemTime::duration>(real)));
  }

  ManualClock clock_;
  DiscordClock known_{clock_};
  SystemTime::duration ahead_{};
};

TEST_F(AtDiscord, NothingIsOldForCertainBeforeAnythingIsKnown) {
  set_wall_clock_ahead(4s);
  EXPECT_EQ(at_least(0s), 0);
  EXPECT_EQ(at_least(1h), 0);
  EXPECT_EQ(known_.wall_clock_ahead(), 0s);
}

TEST_F(AtDiscord, ADateTellsTheAgeWhateverTheWallClockShows) {
  for (const auto ahead : {4s, -4s, 3600s, -3600s, -1'700'000'000s}) {
    set_wall_clock_ahead(ahead);
    see_date();
    EXPECT_NEAR(age(0s), 0, 1.1) << ahead.count();
    EXPECT_NEAR(age(10s), 10, 1.1) << ahead.count();
    EXPECT_GE(at_least(10s), 8.9) << ahead.count();
    EXPECT_LE(at_least(10s), 10) << ahead.count();
    EXPECT_NEAR(seconds(known_.wall_clock_ahead()), seconds(ahead), 1.1);
  }
}

TEST_F(AtDiscord, AFreshSnowflakeTellsTheAgeToo) {
  set_wall_clock_ahead(-3600s);
  see_fresh();
  EXPECT_NEAR(age(10s), 9.95, 0.01);
  EXPECT_NEAR(at_least(10s), 9.95, 0.01);
}

TEST_F(AtDiscord, AWallClockThatAgreesIsBelievedToTheMillisecond) {
  see_date();
  EXPECT_NEAR(age(123ms), 0.123, 0.0001);
  EXPECT_EQ(known_.wall_clock_ahead(), 0s);
  EXPECT_EQ(describe_wall_clock(known_), "");
}

TEST_F(AtDiscord, AWallClockThatJumpsWhileItRunsChangesNothing) {
  see_date();
  see_fresh();
  set_wall_clock_ahead(1h);
  EXPECT_NEAR(age(1s), 1, 1.1);
  EXPECT_NEAR(at_least(1s), 1, 1.1);
  // At least that much: a Date is cut to the second, and its answer was 20 ms on its way.
  EXPECT_EQ(known_.wall_clock_ahead(), 3598980ms);
  EXPECT_TRUE(describe_wall_clock(known_).starts_with("this machine's clock is 3598 s ahead of"))
      << describe_wall_clock(known_);
  set_wall_clock_ahead(-1h);
  EXPECT_NEAR(age(1s), 1, 1.1);
}

TEST_F(AtDiscord, WhatIsSeenLastIsTrueAfterTheMachineSlept) {
  see_date();
  see_fresh();
  // Discord's clock went on, the steady clock did not.
  ahead_ -= 600s;
  see_fresh();
  EXPECT_NEAR(at_least(10s), 9.95, 0.01);
  see_date();
  EXPECT_NEAR(age(10s), 10, 1.1);
}

TEST_F(AtDiscord, ASnowflakeOfTheFutureIsForgottenWithTheNextDate) {
  see_date();
  known_.on_snowflake(discord_now() + 1h, clock_.steady_now());
  see_date();
  EXPECT_NEAR(at_least(10s), 10, 1.1);
}

TEST(HttpDate, IsReadInTheFormThatServersWrite) {
  EXPECT_EQ(parse_http_date("Tue, 01 Dec 2026 12:00:05 GMT"),
            SystemTime(std::chrono::sys_days(std::chrono::year(2026) / 12 / 1)) + 12h + 5s);
  for (const char* wrong : {"",
                            "Tue, 01 Dec 2026 12:00:05",
                            "Tue, 31 Feb 2026 12:00:05 GMT",
                            "Tue, 01 Foo 2026 12:00:05 GMT",
                            "Tue, xx Dec 2026 12:00:05 GMT"}) {
    EXPECT_FALSE(parse_http_date(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace discern::discord
