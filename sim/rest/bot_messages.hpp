#pragma once

// Messages the bot writes and edits.

#include "sim/rest/call.hpp"

namespace discern::sim {

struct ChannelPlace {
  Snowflake id{};
  const Guild* guild = nullptr;  // Null for direct messages.
};

// Where a channel id leads: a guild's channel or thread, or a person's direct messages.
std::optional<ChannelPlace> find_channel(const State& state, Snowflake id);

// The problems of a message's form as a ready reply; empty when it is fine. Complains. `edited` is
// the stored message that the form changes; `prefix` is where the form stands in the body.
std::optional<HttpReply> refuse_message(State& state,
                                        const Call& call,
                                        const json::object& form,
                                        const json::object* edited = nullptr,
                                        std::string_view prefix = {});

struct BotMessage {
  ChannelPlace place;
  const json::object& form;
  const std::vector<FilePart>& files;
  const Interaction* interaction = nullptr;  // What it answers, if it does.
  bool loading = false;                      // The "thinking" message of a deferred answer.
};

// Stores it, tells the gateway, and returns it as REST does.
json::object create_bot_message(State& state, const BotMessage& message, Instant now);

// Changes a stored message and tells the gateway.
json::object edit_bot_message(State& state,
                              json::object& stored,
                              const ChannelPlace& place,
                              const json::object& form,
                              const std::vector<FilePart>& files,
                              Instant now);
void delete_message(State& state, const ChannelPlace& place, Snowflake id, Instant now);

// For the record of an interaction's answer.
json::array describe_files(const std::vector<FilePart>& files);

}  // namespace discern::sim
