#include <discern/plugin/testing.hpp>

#include <gtest/gtest.h>

using discern::plugin::testing::Bot;

TEST(NewPlugin, GreetsWhoeverAsks) {
  Bot bot(DISCERN_MANIFEST);
  bot.start();
  bot.where.user_name = "Ada";
  EXPECT_EQ(bot.use("new-plugin").text(), "Hello, Ada!");
  EXPECT_EQ(bot.metric("greetings_total"), 1);
}

TEST(NewPlugin, GreetsAsTheOperatorLikes) {
  Bot bot(DISCERN_MANIFEST);
  bot.configure("greeting", "Ahoy");
  bot.start();
  EXPECT_EQ(bot.use("new-plugin").text(), "Ahoy, ada!");
}
