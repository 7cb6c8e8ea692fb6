#include "web/error_window.hpp"

#include <gtest/gtest.h>

namespace discern::web {
namespace {

using namespace std::chrono_literals;

const SteadyTime kStart{1000s};

TEST(ErrorWindow, IsZeroWithoutRequests) {
  EXPECT_EQ(ErrorWindow().rate(kStart), 0);
}

TEST(ErrorWindow, DividesFailedByAll) {
  ErrorWindow window;
  for (int i = 0; i < 8; ++i) window.record(kStart + i * 10s, i % 4 == 0);
  EXPECT_DOUBLE_EQ(window.rate(kStart + 80s), 0.25);
}

TEST(ErrorWindow, ForgetsWhatIsOlderThanFiveMinutes) {
  ErrorWindow window;
  window.record(kStart, true);
  window.record(kStart + 200s, false);
  EXPECT_DOUBLE_EQ(window.rate(kStart + 294s), 0.5);
  EXPECT_DOUBLE_EQ(window.rate(kStart + 300s), 0);
  window.record(kStart + 600s, true);
  EXPECT_DOUBLE_EQ(window.rate(kStart + 600s), 1);
}

TEST(ErrorWindow, AReusedCellForgetsItsOldCount) {
  ErrorWindow window;
  for (int i = 0; i < 5; ++i) window.record(kStart, true);
  window.record(kStart + 300s, false);
  EXPECT_DOUBLE_EQ(window.rate(kStart + 300s), 0);
}

TEST(ErrorWindow, TheSumIsExactUnderAnyPattern) {
  ErrorWindow window;
  for (int second = 0; second < 1000; ++second) {
    window.record(kStart + second * 1s, second % 3 == 0);
    const double rate = window.rate(kStart + second * 1s);
    EXPECT_GE(rate, 0);
    EXPECT_LE(rate, 1);
    if (second > 300) {
      EXPECT_NEAR(rate, 1.0 / 3, 0.01);
    }
  }
}

}  // namespace
}  // namespace discern::web
