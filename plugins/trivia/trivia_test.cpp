#include <discern/plugin/testing.hpp>

#include <gtest/gtest.h>

namespace {

using namespace discern::plugin::testing;
using namespace std::chrono_literals;
using discern::plugin::Json;

class TriviaTest : public ::testing::Test {
 protected:
  TriviaTest() { bot.start(); }
  ~TriviaTest() override { EXPECT_TRUE(bot.failures().empty()) << bot.failures()[0].text; }

  // The letters' answers, in order: lines "**A**  Venus".
  static std::vector<std::string> answers_of(const Conversation& asked) {
    std::vector<std::string> answers;
    const std::string text = asked.text();
    for (std::size_t at = text.find("**  "); at != std::string::npos;
         at = text.find("**  ", at + 1)) {
      answers.push_back(text.substr(at + 4, text.find('\n', at) - at - 4));
    }
    return answers;
  }
  static std::string button(const Conversation& asked, std::size_t index) {
    const Json row = asked.answers()[0].json().find("components.0.components");
    return row.at(index)["custom_id"].string().substr(std::string("trivia:").size());
  }
  // Presses the button; whether it was right.
  bool press(const Conversation& asked, std::size_t index) {
    return bot.press(button(asked, index)).text().starts_with("Right!");
  }
  // Plays one round with the button at `index`.
  bool play(std::size_t index) { return press(bot.use("trivia play"), index); }

  Bot bot{DISCERN_MANIFEST};
};

TEST_F(TriviaTest, AsksWithFourButtonsAndTakesOneAnswer) {
  const Conversation asked = bot.use("trivia play", {{"topic", "space"}});
  EXPECT_EQ(answers_of(asked).size(), 4u);
  EXPECT_EQ(bot.metric("rounds_total", {"space"}), 1);
  EXPECT_EQ(bot.metric("open_rounds"), 1);
  const std::string first = button(asked, 0);
  bot.advance(3s);
  press(asked, 0);
  EXPECT_EQ(bot.metric("open_rounds"), 0);
  EXPECT_EQ(bot.observed("thinking_seconds"), std::vector<double>{3});
  EXPECT_EQ(bot.press(first).text(), "This question is over.");
}

TEST_F(TriviaTest, ExactlyOneOfTheFourIsRight) {
  // The order is drawn by lot: among many rounds answered with A both kinds occur, and the counts
  // say so.
  int right = 0;
  for (int round = 0; round < 200; ++round) right += play(0) ? 1 : 0;
  EXPECT_GT(right, 0);
  EXPECT_LT(right, 200);
  EXPECT_EQ(bot.metric("answers_total", {"right"}), right);
  EXPECT_EQ(bot.metric("answers_total", {"wrong"}), 200 - right);
}

TEST_F(TriviaTest, ClosesAQuestionThatNobodyAnswers) {
  const Conversation asked = bot.use("trivia play");
  bot.advance(29s);
  EXPECT_FALSE(asked.text().starts_with("Time is up."));
  bot.advance(1s);
  EXPECT_TRUE(asked.text().starts_with("Time is up."));
  EXPECT_TRUE(asked.is_over());
  EXPECT_EQ(bot.metric("answers_total", {"nobody"}), 1);
}

TEST_F(TriviaTest, OneQuestionInAChannelAtATime) {
  bot.use("trivia play");
  EXPECT_TRUE(bot.use("trivia play").answers()[0].ephemeral);
  bot.where.channel = 77;
  EXPECT_EQ(answers_of(bot.use("trivia play")).size(), 4u);
}

TEST_F(TriviaTest, KeepsScoresOverARestart) {
  EXPECT_TRUE(bot.use("trivia score").text().starts_with("Nobody has played"));
  play(0);
  const std::string before = bot.use("trivia score").text();
  bot.restart();
  EXPECT_EQ(bot.use("trivia score").text(), before);
  // A row that is damaged costs that row.
  bot.storage()["score:5"] = "?";
  bot.restart();
  EXPECT_EQ(bot.use("trivia score").text(), before);
}

}  // namespace
