#include "discord/gateway/backoff.hpp"

#include <gtest/gtest.h>

namespace discern::discord {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToTheCap) {
  EXPECT_EQ(backoff_delay(0, 0), 500ms);
  EXPECT_EQ(backoff_delay(1, 0), 1s);
  EXPECT_EQ(backoff_delay(3, 0), 4s);
  EXPECT_EQ(backoff_delay(10, 0), 30s);
  EXPECT_EQ(backoff_delay(4'000'000'000u, 0), 30s);
}

TEST(Backoff, SpreadsBetweenHalfAndAll) {
  EXPECT_EQ(backoff_delay(2, 0.5), 3s);
  EXPECT_LT(backoff_delay(2, 0.999), 4s);
}

TEST(Jitter, IsReproducibleAndInRange) {
  Jitter a(7);
  Jitter b(7);
  double sum = 0;
  for (int i = 0; i < 1000; ++i) {
    const double value = a.next();
    EXPECT_EQ(value, b.next());
    EXPECT_GE(value, 0);
    EXPECT_LT(value, 1);
    sum += value;
  }
  EXPECT_NEAR(sum / 1000, 0.5, 0.05);
}

}  // namespace
}  // namespace discern::discord
