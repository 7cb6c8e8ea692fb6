#include <discern/plugin/testing.hpp>

#include <gtest/gtest.h>

namespace {

using namespace discern::plugin::testing;
using namespace std::chrono_literals;
using discern::plugin::Json;

class ActivityTest : public ::testing::Test {
 protected:
  ActivityTest() { bot.start(); }
  ~ActivityTest() override { EXPECT_TRUE(bot.failures().empty()) << bot.failures()[0].text; }

  void write(std::uint64_t guild, int messages = 1, bool by_a_bot = false) {
    bot.where.guild = guild;
    for (int i = 0; i < messages; ++i) {
      bot.event("MESSAGE_CREATE",
                by_a_bot ? R"({"author":{"id":"1","bot":true}})" : R"({"author":{"id":"1"}})");
    }
  }
  std::string shown() {
    return bot.use("activity").answers()[0].json().find("embeds.0.footer.text").string();
  }
  std::int64_t newest_hour() { return Json(bot.get("/hours.json").body)["hours"].at(23).integer(); }

  Bot bot{DISCERN_MANIFEST};
};

TEST_F(ActivityTest, CountsPeopleByServerAndNotBots) {
  write(1, 3);
  write(1, 5, true);
  write(2, 1);
  bot.where.guild = 1;
  EXPECT_EQ(shown(), "3 messages. Counted, not read.");
  bot.where.guild = 2;
  EXPECT_EQ(shown(), "1 message. Counted, not read.");
  EXPECT_EQ(newest_hour(), 4);
  EXPECT_EQ(bot.metric("messages_seen_total"), 4);
}

TEST_F(ActivityTest, ForgetsAfterADay) {
  write(1, 3);
  bot.advance(23h);
  EXPECT_EQ(shown(), "3 messages. Counted, not read.");
  bot.advance(2h);
  EXPECT_EQ(bot.use("activity").text(), "No messages yet, as far as I have seen. Say something!");
  EXPECT_FALSE(bot.storage().contains("guild:1"));
}

TEST_F(ActivityTest, KeepsItsCountsOverARestartAndAMinuteOverACrash) {
  write(1, 2);
  bot.advance(1min);
  EXPECT_TRUE(bot.storage().contains("guild:1"));
  write(1);
  bot.restart();
  EXPECT_EQ(shown(), "3 messages. Counted, not read.");
  EXPECT_EQ(newest_hour(), 3);
  bot.storage()["guild:1"] = "?";
  bot.restart();
  EXPECT_EQ(bot.use("activity").text(), "No messages yet, as far as I have seen. Say something!");
}

TEST_F(ActivityTest, ForgetsTheQuietestBeyondTheLimit) {
  bot.stop();
  bot.configure("most_guilds", 2);
  bot.start();
  write(1, 5);
  write(2, 1);
  write(3, 9);
  bot.where.guild = 1;
  EXPECT_EQ(shown(), "5 messages. Counted, not read.");
  bot.where.guild = 2;
  EXPECT_EQ(bot.use("activity").text(), "No messages yet, as far as I have seen. Say something!");
}

TEST_F(ActivityTest, ShowsAPage) {
  write(1, 2);
  const Page page = bot.get("/");
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_NE(page.body.find("2 messages in the last 24 hours on 1 server."), std::string::npos);
}

}  // namespace
