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
  all_->released_at_end(kId, kGeneration);
  rest_.let_go();
  EXPECT_EQ(value("discern_discord_interactions_acknowledged_total", "command,plugin"), 1);
  EXPECT_EQ(value("discern_discord_interactions_total", "command,done"), 1);
  EXPECT_EQ(rest_.count(), 1u);
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

}  // namespace
}  // namespace discern::plugin::test
