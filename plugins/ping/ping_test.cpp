#include <discern/plugin/testing.hpp>

#include <gtest/gtest.h>

namespace {

using namespace discern::plugin::testing;
using namespace std::chrono_literals;

TEST(Ping, SaysHowLongBothWaysTook) {
  Bot bot(DISCERN_MANIFEST);
  bot.start();
  const Conversation ping = bot.use("ping");
  ASSERT_EQ(ping.answers().size(), 2u);
  EXPECT_EQ(ping.answers()[0].text(), "Pong! Your command took 0 ms to get here.");
  EXPECT_EQ(ping.text(), "Pong! 0 ms to get here, 0 ms for the answer to arrive.");
  EXPECT_EQ(bot.observed("round_trip_seconds").size(), 1u);
}

TEST(Ping, SpeaksOfItsAgeInTheTwoLargestUnits) {
  Bot bot(DISCERN_MANIFEST);
  bot.start();
  const auto age = [&] { return bot.use("uptime").text(); };
  EXPECT_EQ(age(), "I have been here for 0 s.");
  bot.advance(61s);
  EXPECT_EQ(age(), "I have been here for 1 min 1 s.");
  bot.advance(2h);
  EXPECT_EQ(age(), "I have been here for 2 h 1 min.");
  bot.advance(24h);
  EXPECT_EQ(age(), "I have been here for 1 day 2 h.");
}

}  // namespace
