#pragma once

// The payloads a client sends. Pure. See Discord Docs/Gateway Events, Send Events.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "discord/gateway/shard_fsm.hpp"
#include "discord/model/intents.hpp"
#include "discord/model/opcode.hpp"
#include "discord/model/presence.hpp"

namespace discern::discord {

struct IdentifyFields {
  std::uint32_t shard = 0;
  std::uint32_t shard_count = 1;
  Intents intents = 0;
  Presence presence;
};

// Holds the token: never to be logged.
std::string encode_identify(const Secret& token, const IdentifyFields& fields);
// Holds the token: never to be logged.
std::string encode_resume(const Secret& token, const Session& session);
std::string encode_heartbeat(std::optional<std::uint64_t> sequence);
std::string encode_presence_update(const Presence& presence);
// Any other payload; `d` is JSON.
std::string encode_payload(Op op, std::string_view d);

}  // namespace discern::discord
