#include "plugin/answer_fsm.hpp"

#include <gtest/gtest.h>

#include "plugin/answer_request.hpp"

namespace discern::plugin {
namespace {

using discord::InteractionType;
using To = AnswerStep::To;

// "callback 4", "edit", "delete, follow-up private"
std::string describe(const AnswerSteps& steps) {
  std::string text;
  for (const AnswerStep& step : steps) {
    if (!text.empty()) text += ", ";
    switch (step.to) {
      case To::Callback:
        text += "callback " + std::to_string(step.callback_type);
        break;
      case To::EditOriginal:
        text += "edit";
        break;
      case To::DeleteOriginal:
        text += "delete";
        break;
      case To::FollowUp:
        text += "follow-up";
        break;
      case To::EditFollowUp:
        text += "edit follow-up";
        break;
      case To::DeleteFollowUp:
        text += "delete follow-up";
        break;
    }
    if (step.ephemeral) text += " private";
  }
  return text;
}
std::string describe(const Result<AnswerSteps>& steps) {
  return steps.ok() ? describe(*steps) : "refused";
}

TEST(AnswerFsm, ChangesFollowUpsOnceThereIsAnAnswer) {
  AnswerFsm fsm(InteractionType::Command);
  EXPECT_EQ(describe(fsm.answer(AnswerKind::EditFollowUp, false)), "refused");
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Defer, false)), "callback 5");
  EXPECT_EQ(describe(fsm.answer(AnswerKind::DeleteFollowUp, false)), "refused");
  EXPECT_EQ(describe(fsm.answer(AnswerKind::FollowUp, false)), "follow-up");
  EXPECT_EQ(describe(fsm.answer(AnswerKind::EditFollowUp, true)), "edit follow-up");
  EXPECT_EQ(describe(fsm.answer(AnswerKind::DeleteFollowUp, false)), "delete follow-up");
}

TEST(AnswerFsm, SendsAReplyAsTheFirstAnswer) {
  AnswerFsm fsm(InteractionType::Command);
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Reply, false)), "callback 4");
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Reply, false)), "refused");
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Edit, false)), "edit");
  EXPECT_EQ(describe(fsm.answer(AnswerKind::FollowUp, true)), "follow-up private");
  EXPECT_EQ(describe(fsm.defer_for_plugin(false)), "");
}

TEST(AnswerFsm, FillsInAReplyAfterADeferral) {
  AnswerFsm fsm(InteractionType::Command);
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Defer, false)), "callback 5");
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Defer, false)), "");
  EXPECT_FALSE(fsm.answered());
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Reply, false)), "edit");
  EXPECT_TRUE(fsm.answered());
}

TEST(AnswerFsm, EditsWhenTheHostHasDeferred) {
  AnswerFsm fsm(InteractionType::Command);
  EXPECT_EQ(describe(fsm.defer_for_plugin(false)), "callback 5");
  EXPECT_TRUE(fsm.deferred_by_host());
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Reply, false)), "edit");
}

TEST(AnswerFsm, NeverShowsAPrivateAnswerInAPublicDeferral) {
  AnswerFsm fsm(InteractionType::Command);
  (void)fsm.defer_for_plugin(false);
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Reply, true)), "delete, follow-up private");

  AnswerFsm asked(InteractionType::Command);
  (void)asked.defer_for_plugin(false);
  EXPECT_EQ(describe(asked.answer(AnswerKind::Defer, true)), "");
  EXPECT_EQ(describe(asked.answer(AnswerKind::Reply, false)), "delete, follow-up private");

  AnswerFsm privately(InteractionType::Command);
  EXPECT_EQ(describe(privately.defer_for_plugin(true)), "callback 5 private");
  EXPECT_EQ(describe(privately.answer(AnswerKind::Reply, true)), "edit");
}

TEST(AnswerFsm, RefusesWhatNeedsAReplyBefore) {
  AnswerFsm fsm(InteractionType::Command);
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Edit, false)), "refused");
  EXPECT_EQ(describe(fsm.answer(AnswerKind::FollowUp, false)), "refused");
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Delete, false)), "refused");
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Update, false)), "refused");
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Choices, false)), "refused");
}

TEST(AnswerFsm, UpdatesTheMessageOfAComponent) {
  AnswerFsm fsm(InteractionType::Component);
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Update, false)), "callback 7");
  AnswerFsm late(InteractionType::Component);
  EXPECT_EQ(describe(late.defer_for_plugin(false)), "callback 6");
  EXPECT_EQ(describe(late.answer(AnswerKind::Reply, false)), "follow-up");
}

TEST(AnswerFsm, NeverDefersAutocomplete) {
  AnswerFsm fsm(InteractionType::Autocomplete);
  EXPECT_EQ(describe(fsm.defer_for_plugin(false)), "");
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Choices, false)), "callback 8");
  EXPECT_EQ(describe(AnswerFsm(InteractionType::Autocomplete).tell()), "");
}

TEST(AnswerFsm, OpensAFormOnlyAsTheFirstAnswer) {
  AnswerFsm fsm(InteractionType::Command);
  EXPECT_EQ(describe(fsm.answer(AnswerKind::Modal, false)), "callback 9");
  AnswerFsm late(InteractionType::Command);
  (void)late.defer_for_plugin(false);
  EXPECT_EQ(describe(late.answer(AnswerKind::Modal, false)), "refused");
}

TEST(AnswerFsm, TellsWhereTheAnswerWouldHaveBeenOrBelowTheOneThatIsThere) {
  EXPECT_EQ(describe(AnswerFsm(InteractionType::Command).tell()), "callback 4 private");
  AnswerFsm deferred(InteractionType::Command);
  (void)deferred.answer(AnswerKind::Defer, false);
  EXPECT_EQ(describe(deferred.tell()), "edit");
  AnswerFsm answered(InteractionType::Command);
  (void)answered.answer(AnswerKind::Reply, false);
  EXPECT_EQ(describe(answered.tell()), "follow-up private");
  AnswerFsm pressed(InteractionType::Component);
  (void)pressed.answer(AnswerKind::Defer, false);
  EXPECT_EQ(describe(pressed.tell()), "follow-up private");
}

TEST(AnswerFsm, PlansAnAnswerInPlaceOfOneThatWasRefused) {
  AnswerFsm fsm(InteractionType::Command);
  EXPECT_EQ(describe(AnswerFsm(fsm).plan(AnswerKind::FollowUp, true)), "callback 4 private");
  EXPECT_EQ(describe(AnswerFsm(fsm).plan(AnswerKind::Edit, false)), "callback 4");
  EXPECT_EQ(describe(AnswerFsm(fsm).plan(AnswerKind::Delete, false)), "");
  fsm.assume_acknowledged();
  EXPECT_EQ(describe(AnswerFsm(fsm).plan(AnswerKind::Reply, false)), "edit");
  (void)fsm.plan(AnswerKind::Reply, true);
  AnswerFsm gone(InteractionType::Command);
  (void)gone.defer_for_plugin(false);
  gone.original_is_gone();
  EXPECT_EQ(describe(gone.plan(AnswerKind::Reply, false)), "follow-up");
}

TEST(MakeAnswerRequest, PutsTheContentWhereDiscordWantsIt) {
  const AnswerAddress to{{7}, {8}, Secret("abc"), "ping"};
  const auto reply =
      make_answer_request(to, {To::Callback, 4, true, true}, R"({"content":"hi"})", {});
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->route, "/interactions/{}/{token}/callback");
  EXPECT_EQ(reply->parameters, std::vector<std::string>{"7"});
  EXPECT_EQ(reply->secret.reveal(), "abc");
  EXPECT_EQ(reply->json, R"({"type":4,"data":{"content":"hi","flags":64}})");
  EXPECT_EQ(reply->plugin, "ping");
  const auto edit = make_answer_request(
      to, {To::EditOriginal, 0, true, false}, R"({"content":"hi","flags":64})", {});
  EXPECT_EQ(edit->route, "/webhooks/{}/{token}/messages/@original");
  EXPECT_EQ(edit->parameters, std::vector<std::string>{"8"});
  EXPECT_EQ(edit->json, R"({"content":"hi"})");
  EXPECT_EQ(make_answer_request(to, {To::Callback, 5, false, false}, "", {})->json,
            R"({"type":5})");
  EXPECT_EQ(make_answer_request(to, {To::Callback, 5, false, true}, "", {})->json,
            R"({"type":5,"data":{"flags":64}})");
  EXPECT_FALSE(make_answer_request(to, {To::FollowUp, 0, true, false}, "[]", {}).ok());
  const auto later = make_answer_request(
      to, {To::EditFollowUp, 0, true, false}, R"({"content":"hi","flags":64})", {}, 42);
  EXPECT_EQ(later->method + " " + later->route, "PATCH /webhooks/{}/{token}/messages/{}");
  EXPECT_EQ(later->parameters, (std::vector<std::string>{to.application.text(), "42"}));
  EXPECT_EQ(later->json, R"({"content":"hi"})");
  EXPECT_EQ(make_answer_request(to, {To::DeleteFollowUp, 0, false, false}, "", {}, 42)->json, "");
}

}  // namespace
}  // namespace discern::plugin
