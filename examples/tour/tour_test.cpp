// The plugin of the tour, without Discord: docs/plugins.md quotes it.

#include <discern/plugin/testing.hpp>

#include <gtest/gtest.h>

namespace {

using namespace discern::plugin::testing;
using namespace std::chrono_literals;

class TourTest : public ::testing::Test {
 protected:
  TourTest() { bot.start(); }
  ~TourTest() override { EXPECT_TRUE(bot.failures().empty()) << bot.failures()[0].text; }
  Bot bot{DISCERN_MANIFEST};
};

TEST_F(TourTest, GreetsAsOftenAsAsked) {
  EXPECT_EQ(bot.use("greet", {{"name", "Ada"}, {"times", 2}}).text(), "Hello, Ada!\nHello, Ada!\n");
}

TEST_F(TourTest, OffersColorsWhileSomebodyTypes) {
  EXPECT_EQ(bot.type("color", "name", "gr").choices(), std::vector<std::string>{"green"});
  EXPECT_EQ(bot.use("color", {{"name", "red"}}).text(), "red");
}

TEST_F(TourTest, KeepsNotesOverARestart) {
  EXPECT_EQ(bot.use("note add", {{"text", "buy milk"}}).text(), "That is note 1.");
  bot.restart();
  const Conversation list = bot.use("note list");
  EXPECT_EQ(list.text(), "- buy milk\n");
  EXPECT_TRUE(list.answers().back().ephemeral);
  EXPECT_EQ(bot.metric("notes_total"), 1);
  bot.where.guild = 99;
  EXPECT_EQ(bot.use("note list").text(), "No notes yet.");
}

TEST_F(TourTest, IsInTheMenusOfPeopleAndMessages) {
  EXPECT_EQ(bot.use_on_user("Greet", 42, "linus").text(), "Hello, linus!");
  using discern::plugin::JsonObject;
  bot.use_on_message("Note down", JsonObject().add("content", "buy tea"));
  EXPECT_EQ(bot.use("note list").text(), "- buy tea\n");
  EXPECT_THROW(bot.use("Greet"), std::invalid_argument);
}

TEST_F(TourTest, RefusesNotesBeyondTheLimit) {
  bot.stop();
  bot.configure("notes", 1);
  bot.start();
  bot.use("note add", {{"text", "one"}});
  EXPECT_EQ(bot.use("note add", {{"text", "two"}}).text(), "This server's book is full.");
}

TEST_F(TourTest, AsksWhyWhenItWasBad) {
  const Conversation asked = bot.use("feedback");
  EXPECT_EQ(asked.answers()[0].json().find("components.0.components.0.custom_id").string(),
            "tour:rate:good");
  EXPECT_EQ(asked.answers()[0].json().find("components.1.components.0.custom_id").string(),
            "tour:topic");
  EXPECT_EQ(bot.press("rate:good").text(), "Thank you!");
  EXPECT_EQ(bot.press("rate:bad").answers()[0].json()["custom_id"].string(), "tour:why");
  EXPECT_EQ(bot.submit("why", {{"text", "too slow"}}).text(), "Thank you. We read: too slow");
  EXPECT_EQ(bot.choose("topic", {"bot"}).text(), "About: bot");
  EXPECT_EQ(bot.metric("ratings_total", {"bad"}), 1);
  EXPECT_EQ(bot.log().back().text, "somebody was not content");
}

TEST_F(TourTest, TriesTheWeatherThreeTimes) {
  const Conversation asked = bot.use("weather", {{"city", "São Paulo"}});
  EXPECT_TRUE(asked.deferred());
  EXPECT_FALSE(asked.is_over());
  EXPECT_EQ(bot.web_calls()[0].url, "https://weather.example/v1/now?city=S%C3%A3o%20Paulo");
  bot.web_answers("https://weather.example/", {200, R"({"celsius":21.5})"});
  bot.advance(1s);
  EXPECT_EQ(asked.text(), "21.5 °C");
  EXPECT_TRUE(asked.is_over());
  EXPECT_EQ(bot.web_calls().size(), 2u);
}

TEST_F(TourTest, GivesUpOnTheWeather) {
  const Conversation asked = bot.use("weather", {{"city", "Nowhere"}});
  bot.advance(10s);
  EXPECT_EQ(asked.text(), "I could not find out.");
  EXPECT_EQ(bot.web_calls().size(), 3u);
}

TEST_F(TourTest, RemindsAfterTenMinutes) {
  const Conversation asked = bot.use("remind");
  EXPECT_EQ(asked.text(), "I will.");
  bot.advance(9min);
  EXPECT_EQ(asked.text(), "I will.");
  bot.advance(1min);
  EXPECT_EQ(asked.text(), "It is time.");
  bot.advance(1min);
  EXPECT_EQ(asked.text(), "It was time.");
  EXPECT_EQ(asked.answers()[2].message, asked.answers()[1].message);
}

TEST_F(TourTest, ForgetsRemindersWhenItStops) {
  const Conversation asked = bot.use("remind");
  bot.stop();
  EXPECT_TRUE(asked.is_over());
  EXPECT_EQ(asked.answers().size(), 1u);
}

TEST_F(TourTest, SendsAFile) {
  EXPECT_EQ(bot.use("report").answers()[0].files, std::vector<std::string>{"report.csv"});
}

TEST_F(TourTest, EscapesWhatComesFromTheWeb) {
  EXPECT_EQ(bot.get("/?name=%3Cb%3E").body,
            "<!doctype html><title>Tour</title><p>Hello, &lt;b&gt;!</p>");
  bot.web_answers("https://weather.example/v1/health", {204, ""});
  EXPECT_EQ(bot.get("/status.json").body, R"({"weather_service":true})");
}

TEST_F(TourTest, CountsMessagesWithoutKeepingAnybody) {
  for (const char* author : {"7", "8", "7"}) {
    bot.event(
        "MESSAGE_CREATE",
        R"({"channel_id":"5","content":"hi","author":{"id":")" + std::string(author) + "\"}}");
  }
  EXPECT_EQ(bot.metric("messages_total"), 3);
  EXPECT_EQ(bot.metric("writers"), 2);
  EXPECT_EQ(bot.metric("busiest_channels", {"5"}), 3);
  EXPECT_EQ(bot.observed("message_bytes"), (std::vector<double>{2, 2, 2}));
  bot.advance(1min);
  EXPECT_EQ(bot.metric("up_seconds"), 60);
}

}  // namespace
