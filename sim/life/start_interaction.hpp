#pragma once

// Somebody uses the bot: INTERACTION_CREATE is sent and the answer is awaited.

#include <optional>
#include <string>

#include "base/error.hpp"
#include "sim/rest/command_form.hpp"
#include "sim/state.hpp"

namespace discern::sim {

struct InteractionDraft {
  InteractionKind kind = InteractionKind::Command;
  std::string command;  // What it is counted as: the command's path, or "component: confirm".
  json::object data;
  std::optional<Snowflake> guild;
  Snowflake channel{};
  Snowflake user{};
  std::optional<Snowflake> message;  // Of a component.
};

// The interaction's id. Unavailable when no session would hear of it; then nothing has happened.
Result<Snowflake> start_interaction(State& state, const InteractionDraft& draft, Instant now);

// A whole command use: `path` such as "music play", or the name of one in a menu; what is not given
// is made up.
struct CommandUse {
  std::string path;
  json::object options{};
  std::optional<Snowflake> guild{};
  std::optional<Snowflake> user{};
  bool direct_message = false;
  bool autocomplete = false;
  int type = kChatCommand;
  std::optional<Snowflake> target{};  // A person or a message, of one in a menu.
};
Result<Snowflake> use_command(State& state, const CommandUse& use, Instant now);

// The answer to something the bot showed: a click, a choice, a submitted modal.
Result<Snowflake> answer_invitation(State& state, const Invitation& invitation, Instant now);

}  // namespace discern::sim
