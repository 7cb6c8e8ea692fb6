#include "discord/gateway/send_window.hpp"

#include <gtest/gtest.h>

namespace discern::discord {
namespace {

using namespace std::chrono_literals;
using Kind = SendWindow::Kind;

TEST(SendWindow, KeepsRoomForHeartbeats) {
  SendWindow window;
  const SteadyTime now{100s};
  int sent = 0;
  while (window.take(Kind::Other, now)) ++sent;
  EXPECT_EQ(sent, 112);
  int beats = 0;
  while (window.take(Kind::Heartbeat, now)) ++beats;
  EXPECT_EQ(sent + beats, 120);
}

TEST(SendWindow, NeverLetsMoreThanTheLimitThroughInAnyMinute) {
  SendWindow window;
  std::deque<SteadyTime> sent;
  for (SteadyTime now{1s}; now < SteadyTime{400s}; now += 130ms) {
    if (window.take(Kind::Other, now)) sent.push_back(now);
    while (!sent.empty() && now - sent.front() >= 60s) sent.pop_front();
    ASSERT_LE(sent.size(), 112u);
  }
}

TEST(SendWindow, SaysWhenTheNextMayGo) {
  SendWindow window({.payloads = 3, .period = 60s, .reserve = 1});
  EXPECT_FALSE(window.next(Kind::Other, SteadyTime{10s}));
  EXPECT_TRUE(window.take(Kind::Other, SteadyTime{10s}));
  EXPECT_TRUE(window.take(Kind::Other, SteadyTime{20s}));
  EXPECT_EQ(window.next(Kind::Other, SteadyTime{30s}), SteadyTime{70s});
  EXPECT_FALSE(window.take(Kind::Other, SteadyTime{69s}));
  EXPECT_TRUE(window.take(Kind::Other, SteadyTime{70s}));
}

}  // namespace
}  // namespace discern::discord
