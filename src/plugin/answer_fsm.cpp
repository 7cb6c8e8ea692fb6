#include "plugin/answer_fsm.hpp"

#include <utility>

namespace discern::plugin {
namespace {

// https://discord.com/developers/docs/interactions/receiving-and-responding
constexpr int kMessage = 4;
constexpr int kDeferredMessage = 5;
constexpr int kDeferredUpdate = 6;
constexpr int kUpdateMessage = 7;
constexpr int kChoices = 8;
constexpr int kModal = 9;

using To = AnswerStep::To;
using discord::InteractionType;

}  // namespace

// The waiting message is public but the answer is not for everybody: it must not be edited in.
AnswerSteps AnswerFsm::fill_in(bool ephemeral) {
  if (original_gone_) return {{To::FollowUp, 0, true, ephemeral || wants_private_}};
  if ((ephemeral || wants_private_) && !waiting_is_private_) {
    // In this order: a follow-up while the original still waits would fill that in, in public.
    return {{To::DeleteOriginal, 0, false, false}, {To::FollowUp, 0, true, true}};
  }
  return {{To::EditOriginal, 0, true, false}};
}

Result<AnswerSteps> AnswerFsm::answer(AnswerKind kind, bool ephemeral) {
  const bool component = type_ == InteractionType::Component;
  switch (kind) {
    case AnswerKind::Reply: {
      if (said_) {
        return Error(Errc::Exists,
                     "this interaction was answered already; use edit_reply() or follow_up()");
      }
      said_ = true;
      if (first_ == First::None) {
        first_ = First::Given;
        return AnswerSteps{{To::Callback, kMessage, true, ephemeral}};
      }
      // A component's deferral shows no message of its own: editing would change the one it is on.
      if (component) return AnswerSteps{{To::FollowUp, 0, true, ephemeral}};
      return fill_in(ephemeral);
    }
    case AnswerKind::Defer:
      if (said_) return Error(Errc::Exists, "this interaction was answered already");
      wants_private_ = wants_private_ || ephemeral;
      if (first_ != First::None) return AnswerSteps{};
      first_ = First::ByPlugin;
      waiting_is_private_ = ephemeral;
      if (component) return AnswerSteps{{To::Callback, kDeferredUpdate, false, false}};
      return AnswerSteps{{To::Callback, kDeferredMessage, false, ephemeral}};
    case AnswerKind::Edit: {
      if (first_ == First::None) return Error(Errc::Invalid, "there is no reply to edit yet");
      const bool first_words = !said_;
      said_ = true;
      if (first_words && !component) return fill_in(ephemeral);
      return AnswerSteps{{To::EditOriginal, 0, true, false}};
    }
    case AnswerKind::FollowUp:
      if (first_ == First::None) {
        return Error(Errc::Invalid, "a follow-up needs a reply before it; use reply() or defer()");
      }
      said_ = true;
      return AnswerSteps{{To::FollowUp, 0, true, ephemeral}};
    case AnswerKind::EditFollowUp:
    case AnswerKind::DeleteFollowUp:
      if (!said_) return Error(Errc::Invalid, "there is no follow-up yet");
      if (kind == AnswerKind::EditFollowUp) {
        return AnswerSteps{{To::EditFollowUp, 0, true, false}};
      }
      return AnswerSteps{{To::DeleteFollowUp, 0, false, false}};
    case AnswerKind::Delete:
      if (first_ == First::None) return Error(Errc::Invalid, "there is no reply to delete yet");
      said_ = true;
      return AnswerSteps{{To::DeleteOriginal, 0, false, false}};
    case AnswerKind::Update:
      if (!component) return Error(Errc::Invalid, "only a component can update its message");
      if (said_) return AnswerSteps{{To::EditOriginal, 0, true, false}};
      said_ = true;
      if (first_ != First::None) return AnswerSteps{{To::EditOriginal, 0, true, false}};
      first_ = First::Given;
      return AnswerSteps{{To::Callback, kUpdateMessage, true, false}};
    case AnswerKind::Choices:
      if (type_ != InteractionType::Autocomplete) {
        return Error(Errc::Invalid, "only autocomplete takes choices");
      }
      if (said_) return Error(Errc::Exists, "choices were given already");
      said_ = true;
      first_ = First::Given;
      return AnswerSteps{{To::Callback, kChoices, true, false}};
    case AnswerKind::Modal:
      if (first_ != First::None) {
        return Error(Errc::Exists,
                     "a form can only be the first answer, within two seconds of the command");
      }
      said_ = true;
      first_ = First::Given;
      return AnswerSteps{{To::Callback, kModal, true, false}};
  }
  return Error(Errc::Invalid, "unknown kind of answer");
}

AnswerSteps AnswerFsm::defer_for_plugin(bool ephemeral) {
  if (first_ != First::None || type_ == InteractionType::Autocomplete) return {};
  first_ = First::ByHost;
  waiting_is_private_ = ephemeral;
  if (type_ == InteractionType::Component) return {{To::Callback, kDeferredUpdate, false, false}};
  return {{To::Callback, kDeferredMessage, false, ephemeral}};
}

AnswerSteps AnswerFsm::plan(AnswerKind kind, bool ephemeral) {
  const bool says = kind == AnswerKind::Edit || kind == AnswerKind::FollowUp;
  if (first_ == First::None && says) kind = AnswerKind::Reply;
  Result<AnswerSteps> steps = answer(kind, ephemeral);
  return steps ? *std::move(steps) : AnswerSteps();
}

AnswerSteps AnswerFsm::tell() {
  if (type_ == InteractionType::Autocomplete) return {};
  const bool said_before = std::exchange(said_, true);
  if (first_ == First::None) {
    first_ = First::Given;
    return {{To::Callback, kMessage, true, true}};
  }
  const bool waits = !said_before && type_ != InteractionType::Component && !original_gone_;
  if (waits) return {{To::EditOriginal, 0, true, false}};
  return {{To::FollowUp, 0, true, true}};
}

void AnswerFsm::assume_acknowledged() {
  if (first_ == First::None) first_ = First::ByHost;
}

}  // namespace discern::plugin
