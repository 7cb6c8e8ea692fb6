// Answers that wait for those before them, and for how long.

#include "plugin/interactions.hpp"

#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

using namespace std::chrono_literals;

class AnswersThatWait : public PluginHost {
 protected:
  AnswersThatWait() : all_(std::make_shared<Interactions>(clock_, registry_, rest_)) {
    discord::InteractionHead head;
    head.id = kId;
    head.type = discord::InteractionType::Command;
    head.token = Secret("t0ken");
    all_->begin(head, "talker", kGeneration, "talk");
  }

  Result<void> say(AnswerKind kind) {
    Interactions::Given given;
    given.kind = kind;
    given.json = R"({"content":"text"})";
    return all_->answer(kId, kGeneration, std::move(given), [this](discord::RestOutcome outcome) {
      ++(outcome.response.ok() ? taken_ : lost_);
    });
  }

  static constexpr discord::InteractionId kId{175928847299117063};
  static constexpr std::uint64_t kGeneration = 3;
  static constexpr const char* kErrors = "discern_discord_interaction_errors_total";
  std::shared_ptr<Interactions> all_;
  int taken_ = 0;
  int lost_ = 0;
};

TEST_F(AnswersThatWait, AreTwentyAtMost) {
  rest_.hold();
  ASSERT_TRUE(say(AnswerKind::Reply).ok());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(say(AnswerKind::FollowUp).ok());
  const Result<void> more = say(AnswerKind::FollowUp);
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.error().kind, Errc::Limit);
  EXPECT_EQ(value(kErrors, "command,limit"), 1);
  rest_.let_go();
  EXPECT_EQ(taken_, 21);
  EXPECT_TRUE(say(AnswerKind::FollowUp).ok()) << "there is room again";
  EXPECT_EQ(taken_, 22);
}

TEST_F(AnswersThatWait, EndWithTheToken) {
  rest_.hold();
  ASSERT_TRUE(say(AnswerKind::Reply).ok());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(say(AnswerKind::FollowUp).ok());
  clock_.advance(15min);
  const Result<void> late = say(AnswerKind::FollowUp);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().kind, Errc::NotFound);
  all_->forget_old();
  EXPECT_EQ(lost_, 5) << "each is told, while the one before them is still under way";
  EXPECT_EQ(value(kErrors, "command,expired"), 5);
  rest_.let_go();
  EXPECT_EQ(taken_, 1);
  all_->forget_old();
  EXPECT_EQ(all_->pending(), 0u);
  EXPECT_EQ(rest_.count(), 1u);
}

TEST_F(AnswersThatWait, AreThePluginsOwnWhenItEndsMeanwhile) {
  rest_.hold();
  ASSERT_TRUE(say(AnswerKind::Reply).ok());
  EXPECT_FALSE(all_->handler_returned(kId, false));
  all_->released_at_end(kId, kGeneration);
  rest_.let_go();
  EXPECT_EQ(value("discern_discord_interactions_acknowledged_total", "command,plugin"), 1);
  EXPECT_EQ(value("discern_discord_interactions_total", "command,done"), 1);
  EXPECT_EQ(rest_.count(), 1u);
}

TEST_F(AnswersThatWait, AreFollowedByASentenceWhenTheirHandlerWasNotDone) {
  rest_.hold();
  ASSERT_TRUE(say(AnswerKind::Reply).ok());
  all_->released_at_end(kId, kGeneration);
  rest_.let_go();
  ASSERT_EQ(rest_.count(), 2u);
  EXPECT_NE(rest_.requests()[1].json.find("was stopped while it ran"), std::string::npos);
  EXPECT_EQ(value("discern_discord_interactions_total", "command,failed"), 1);
  EXPECT_EQ(all_->pending(), 0u);
}

TEST_F(AnswersThatWait, AreNotSentWhenTheirTurnComesTooLate) {
  rest_.hold();
  ASSERT_TRUE(say(AnswerKind::Reply).ok());
  ASSERT_TRUE(say(AnswerKind::FollowUp).ok());
  clock_.advance(15min);
  rest_.let_go();
  EXPECT_EQ(taken_, 1);
  EXPECT_EQ(lost_, 1);
  EXPECT_EQ(rest_.count(), 1u);
}

class RefusedAnswers : public AnswersThatWait {
 protected:
  RefusedAnswers() {
    all_ = std::make_shared<Interactions>(
        clock_, registry_, rest_, nullptr, [this](const Interactions::Refusal& what) {
          told_.push_back(what.plugin + " " + what.place + " " + std::to_string(what.discord_code));
        });
    discord::InteractionHead head;
    head.id = kId;
    head.type = discord::InteractionType::Command;
    head.token = Secret("t0ken");
    all_->begin(head, "talker", kGeneration, "talk");
  }
  void refuse_next(int status, int code) { rest_.refuse_next(status, code); }
  std::string last() const { return rest_.lines().back(); }

  std::vector<std::string> told_;
};

TEST_F(RefusedAnswers, LeaveTheInteractionAnswerable) {
  refuse_next(400, 50035);
  ASSERT_TRUE(say(AnswerKind::Reply).ok());
  EXPECT_EQ(lost_, 1);
  EXPECT_EQ(told_, std::vector<std::string>{"talker talk 50035"});
  ASSERT_TRUE(say(AnswerKind::Reply).ok()) << "there was no answer yet";
  EXPECT_EQ(taken_, 1);
  EXPECT_NE(last().find("/callback"), std::string::npos);
  (void)all_->handler_returned(kId, false);
  EXPECT_FALSE(all_->released(kId, kGeneration)) << "it was answered";
  EXPECT_EQ(rest_.count(), 2u);
  EXPECT_EQ(value("discern_discord_interactions_total", "command,done"), 1);
}

TEST_F(RefusedAnswers, AreToldWhenThePluginDoesNothingMore) {
  refuse_next(400, 50035);
  ASSERT_TRUE(say(AnswerKind::Reply).ok());
  EXPECT_EQ(rest_.count(), 1u) << "the plugin may still answer";
  (void)all_->handler_returned(kId, false);
  EXPECT_FALSE(all_->released(kId, kGeneration)) << "counted already";
  ASSERT_EQ(rest_.count(), 2u);
  EXPECT_NE(last().find("refused by Discord"), std::string::npos) << last();
  EXPECT_EQ(value("discern_discord_interactions_total", "command,failed"), 1);
  EXPECT_EQ(all_->pending(), 0u);
}

TEST_F(RefusedAnswers, GiveTheirPlaceToTheOneThatWaits) {
  rest_.hold();
  refuse_next(403, 50013);
  ASSERT_TRUE(say(AnswerKind::Reply).ok());
  ASSERT_TRUE(say(AnswerKind::FollowUp).ok());
  rest_.let_go();
  EXPECT_EQ(lost_, 1);
  EXPECT_EQ(taken_, 1);
  EXPECT_NE(last().find("/callback"), std::string::npos) << last();
}

TEST_F(RefusedAnswers, AreDeferredAtOnceWhenTwoSecondsHavePassed) {
  rest_.hold();
  refuse_next(400, 50035);
  ASSERT_TRUE(say(AnswerKind::Reply).ok());
  all_->defer_if_unanswered(kId, false);
  rest_.let_go();
  ASSERT_EQ(rest_.count(), 2u);
  EXPECT_NE(last().find(R"({"type":5})"), std::string::npos) << last();
  ASSERT_TRUE(say(AnswerKind::Reply).ok());
  EXPECT_NE(last().find("PATCH"), std::string::npos) << last();
}

TEST_F(RefusedAnswers, ThatMayHaveArrivedAreEditedIntoThePlaceOfTheFirst) {
  refuse_next(503, 0);
  ASSERT_TRUE(say(AnswerKind::Reply).ok());
  refuse_next(400, 40060);
  ASSERT_TRUE(say(AnswerKind::Reply).ok());
  EXPECT_EQ(taken_, 1);
  EXPECT_NE(last().find("PATCH"), std::string::npos) << last();
}

TEST_F(RefusedAnswers, OfAnInteractionThatDiscordForgotAreLeftAlone) {
  refuse_next(404, 10062);
  ASSERT_TRUE(say(AnswerKind::Reply).ok());
  (void)all_->handler_returned(kId, false);
  (void)all_->released(kId, kGeneration);
  EXPECT_EQ(told_.size(), 1u);
  EXPECT_EQ(rest_.count(), 1u);
  EXPECT_EQ(value("discern_discord_interactions_total", "command,failed"), 1);
}

TEST_F(RefusedAnswers, AreNeverSentWhenTheirContentBreaksALimit) {
  Interactions::Given given;
  given.kind = AnswerKind::Reply;
  given.json = R"({"content":")" + std::string(2001, 'x') + "\"}";
  const Result<void> refused = all_->answer(kId, kGeneration, std::move(given), nullptr);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().text, "content has 2001 characters; Discord allows 2000");
  EXPECT_EQ(rest_.count(), 0u);
  ASSERT_TRUE(say(AnswerKind::Reply).ok());
}

}  // namespace
}  // namespace discern::plugin::test
