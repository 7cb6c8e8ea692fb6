#include "history/clock_watch.hpp"

#include <gtest/gtest.h>

namespace discern::history {
namespace {

using namespace std::chrono_literals;

struct ClockWatchTest : testing::Test {
  bool see() { return watch.see(clock.system_now(), clock.steady_now()); }
  // A tick every ten seconds; what the last one said.
  bool after(std::chrono::seconds time) {
    for (; time > 0s; time -= 10s) {
      clock.advance(10s);
      believed = see();
    }
    return believed;
  }
  ManualClock clock;
  ClockWatch watch;
  bool believed = false;
};

TEST_F(ClockWatchTest, AClockThatGoesAlongIsBelieved) {
  EXPECT_TRUE(see());
  clock.set_ahead(1min);
  EXPECT_TRUE(after(1h));
}

TEST_F(ClockWatchTest, OneThatJumpedAheadIsNotUntilItHasGoneAlongForAnHour) {
  see();
  clock.set_ahead(24h * 365);
  EXPECT_FALSE(after(10s));
  EXPECT_FALSE(after(59min));
  EXPECT_TRUE(after(1min));
}

TEST_F(ClockWatchTest, AnotherJumpBeginsTheHourAnew) {
  see();
  clock.set_ahead(2h);
  EXPECT_FALSE(after(50min));
  clock.set_ahead(2h);
  EXPECT_FALSE(after(50min));
  EXPECT_TRUE(after(20min));
}

TEST_F(ClockWatchTest, ADoubtThatWasThereAtTheBeginningPassesToo) {
  watch.doubt();
  EXPECT_FALSE(see());
  EXPECT_FALSE(after(59min));
  EXPECT_TRUE(after(1min));
}

}  // namespace
}  // namespace discern::history
