#pragma once

// What the gateway itself says, as JSON text. Events of the world are in life/events.hpp.

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "sim/gateway/client_payload.hpp"
#include "sim/gateway/protocol.hpp"
#include "sim/gateway/session.hpp"
#include "sim/world/objects.hpp"

namespace discern::sim {

// A dispatch. No key order is promised, so it varies with the sequence number: t first mostly, as
// Discord is seen to do, d or op first now and then.
std::string dispatch_payload(std::string_view type, std::uint64_t sequence, std::string_view d);

std::string hello_payload(Millis heartbeat_interval);
std::string ack_payload();
std::string heartbeat_request_payload();
std::string reconnect_payload();
std::string invalid_session_payload(bool resumable);

std::string ready_text(const World& world,
                       const Session& session,
                       const std::vector<Snowflake>& guilds,
                       std::string_view resume_url);

// GUILD_MEMBERS_CHUNK texts; at most ten chunks of a thousand.
std::vector<std::string> member_chunk_texts(const World& world,
                                            const Guild& guild,
                                            const MembersPayload& request);
std::string rate_limited_text(const MembersPayload& request, Millis retry_after);

}  // namespace discern::sim
