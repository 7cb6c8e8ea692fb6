#pragma once

// What Discord is to be told when a plugin answers an interaction, and when it does not. Pure.
//
// An interaction takes one first answer (a callback) and then edits and follow-ups. The host may
// have deferred on the plugin's behalf; the plugin does not notice: its reply becomes an edit.

#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "discord/model/dispatch.hpp"

namespace discern::plugin {

enum class AnswerKind : std::uint8_t {
  Reply = 1,
  Defer = 2,
  Edit = 3,
  FollowUp = 4,
  Delete = 5,
  Update = 6,
  Choices = 7,
  Modal = 8,
  EditFollowUp = 9,
  DeleteFollowUp = 10,
};

// One request to Discord.
struct AnswerStep {
  enum class To : std::uint8_t {
    Callback,
    EditOriginal,
    DeleteOriginal,
    FollowUp,
    EditFollowUp,
    DeleteFollowUp
  };
  To to = To::Callback;
  int callback_type = 0;      // Discord's interaction callback type.
  bool with_content = false;  // Whether the plugin's JSON goes along.
  bool ephemeral = false;
};
using AnswerSteps = std::vector<AnswerStep>;

class AnswerFsm {
 public:
  explicit AnswerFsm(discord::InteractionType type) : type_(type) {}

  // The plugin answers. Errors: Exists (answered before), Invalid (needs a first answer before).
  Result<AnswerSteps> answer(AnswerKind kind, bool ephemeral);
  // The same for an answer that was taken before: where Discord refused the one before it, an edit
  // or a follow-up becomes the first answer. Without steps where nothing can be done.
  AnswerSteps plan(AnswerKind kind, bool ephemeral);
  // The deadline comes near. Nothing to do when there is an answer or the type cannot be deferred.
  AnswerSteps defer_for_plugin(bool ephemeral);
  // The plugin will say no more, and something went wrong: shows a sentence (with_content) in place
  // of the answer, or below the answer that is there. Autocomplete shows none.
  AnswerSteps tell();

  // An answer whose outcome was unknown had reached Discord.
  void assume_acknowledged();
  // The original was deleted, and what should have come after it was refused.
  void original_is_gone() { original_gone_ = true; }
  bool is_original_gone() const { return original_gone_; }

  bool acknowledged() const { return first_ != First::None; }
  // Whether anything was said; deferring alone is not it.
  bool answered() const { return said_; }
  bool deferred_by_host() const { return first_ == First::ByHost; }

 private:
  enum class First : std::uint8_t { None, ByHost, ByPlugin, Given };
  AnswerSteps fill_in(bool ephemeral);

  discord::InteractionType type_;
  First first_ = First::None;
  bool said_ = false;
  bool waiting_is_private_ = false;  // The "thinking" message that is there.
  bool wants_private_ = false;
  bool original_gone_ = false;
};

}  // namespace discern::plugin
