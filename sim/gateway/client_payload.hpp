#pragma once

// The protocol validator: what a client sent, checked against the rules.
//
// Pure. It knows nothing of the connection's state; gateway/connection.hpp does.

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/gateway/intents.hpp"
#include "sim/gateway/protocol.hpp"
#include "sim/gateway/session.hpp"

namespace discern::sim {

struct HeartbeatPayload {
  std::optional<std::uint64_t> sequence;
};
struct IdentifyPayload {
  std::string token;
  Shard shard;
  bool has_shard = false;
  Intents intents = 0;
  bool compress = false;  // Payload compression.
  int large_threshold = 50;
  boost::json::object presence{};
};
struct ResumePayload {
  std::string token;
  std::string session_id;
  std::uint64_t sequence = 0;
};
struct PresencePayload {
  boost::json::object presence{};
};
struct VoiceStatePayload {};
struct MembersPayload {
  Snowflake guild{};
  std::optional<std::string> query;
  std::vector<Snowflake> user_ids;
  std::uint64_t limit = 0;
  std::string nonce;
  bool presences = false;

  bool wants_everyone() const { return query && query->empty() && limit == 0; }
};
// Requests that need no answer here.
struct OtherPayload {
  Op op;
};

using ClientPayload = std::variant<HeartbeatPayload,
                                   IdentifyPayload,
                                   ResumePayload,
                                   PresencePayload,
                                   VoiceStatePayload,
                                   MembersPayload,
                                   OtherPayload>;

struct Violation {
  std::uint16_t close_code = 0;  // 0: the connection goes on, but it is a fault all the same.
  std::string_view kind;         // Static storage.
  std::string text;
};

using CheckedPayload = std::variant<ClientPayload, Violation>;

CheckedPayload check_client_payload(std::string_view text);

// True for every token this simulator accepts: it begins with "sim." and goes on.
bool is_valid_token(std::string_view token);

}  // namespace discern::sim
