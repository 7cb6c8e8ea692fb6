#include "sim/gateway/client_payload.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>

#include "base/utf8.hpp"

namespace discern::sim {
namespace {

namespace json = boost::json;

Violation decode_error(std::string text) {
  return {close_code::kDecodeError, "bad_payload", std::move(text)};
}

std::optional<std::uint64_t> unsigned_number(const json::value& value) {
  if (const auto* n = value.if_int64(); n != nullptr && *n >= 0) {
    return static_cast<std::uint64_t>(*n);
  }
  if (const auto* n = value.if_uint64()) return *n;
  return std::nullopt;
}

std::optional<std::uint64_t> unsigned_field(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? std::nullopt : unsigned_number(*value);
}

const json::string* string_field(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_string();
}

CheckedPayload check_heartbeat(const json::value* d) {
  if (d == nullptr) return decode_error("a heartbeat without d; it takes the last s, or null");
  if (d->is_null()) return HeartbeatPayload{};
  const auto sequence = unsigned_number(*d);
  if (!sequence) return decode_error("a heartbeat's d must be null or a non-negative integer");
  return HeartbeatPayload{sequence};
}

std::optional<Violation> check_properties(const json::object& d) {
  const json::value* value = d.if_contains("properties");
  const json::object* properties = value == nullptr ? nullptr : value->if_object();
  if (properties == nullptr) return decode_error("identify without properties");
  for (const char* key : {"os", "browser", "device"}) {
    if (string_field(*properties, key) == nullptr) {
      return decode_error(fmt::format("identify.properties.{} is missing or not a string", key));
    }
  }
  return std::nullopt;
}

std::variant<std::optional<Shard>, Violation> check_shard(const json::object& d) {
  const json::value* value = d.if_contains("shard");
  if (value == nullptr || value->is_null()) return std::optional<Shard>{};
  const json::array* pair = value->if_array();
  if (pair == nullptr || pair->size() != 2) {
    return Violation{close_code::kInvalidShard, "bad_shard", "shard must be [id, count]"};
  }
  const auto id = unsigned_number((*pair)[0]);
  const auto count = unsigned_number((*pair)[1]);
  if (!id || !count || *count == 0 || *count > 100'000 || *id >= *count) {
    return Violation{close_code::kInvalidShard, "bad_shard", "shard needs 0 <= id < count"};
  }
  return std::optional<Shard>{
      {static_cast<std::uint32_t>(*id), static_cast<std::uint32_t>(*count)}};
}

std::optional<Violation> check_presence_object(const json::object& d) {
  for (const char* key : {"since", "activities", "status", "afk"}) {
    if (!d.contains(key)) return decode_error(fmt::format("presence without {}", key));
  }
  const json::array* activities = d.at("activities").if_array();
  if (activities == nullptr || string_field(d, "status") == nullptr) {
    return decode_error("presence: activities is an array, status a string");
  }
  for (const json::value& value : *activities) {
    const json::object* activity = value.if_object();
    if (activity == nullptr || string_field(*activity, "name") == nullptr ||
        !unsigned_field(*activity, "type")) {
      return decode_error("presence: an activity needs name and type");
    }
  }
  return std::nullopt;
}

CheckedPayload check_identify(const json::object& d) {
  IdentifyPayload identify;
  const json::string* token = string_field(d, "token");
  if (token == nullptr) return decode_error("identify without a token");
  identify.token = *token;
  if (auto violation = check_properties(d)) return *violation;

  const auto intents = unsigned_field(d, "intents");
  if (!intents) {
    return Violation{close_code::kInvalidIntents, "bad_intents", "identify without intents"};
  }
  if (!are_assigned(*intents)) {
    return Violation{close_code::kInvalidIntents,
                     "bad_intents",
                     fmt::format("intents {} has bits that are not assigned", *intents)};
  }
  identify.intents = static_cast<Intents>(*intents);

  auto shard = check_shard(d);
  if (auto* violation = std::get_if<Violation>(&shard)) return *violation;
  if (const auto& given = std::get<std::optional<Shard>>(shard)) {
    identify.shard = *given;
    identify.has_shard = true;
  }
  if (const json::value* threshold = d.if_contains("large_threshold")) {
    const auto n = unsigned_number(*threshold);
    if (!n || *n < 50 || *n > 250) return decode_error("large_threshold must be 50 to 250");
    identify.large_threshold = static_cast<int>(*n);
  }
  if (const json::value* compress = d.if_contains("compress")) {
    if (!compress->is_bool()) return decode_error("compress must be a boolean");
    identify.compress = compress->as_bool();
  }
  if (const json::value* presence = d.if_contains("presence"); presence && !presence->is_null()) {
    if (!presence->is_object()) return decode_error("presence must be an object");
    if (auto violation = check_presence_object(presence->get_object())) return *violation;
    identify.presence = presence->get_object();
  }
  return identify;
}

CheckedPayload check_resume(const json::object& d) {
  const json::string* token = string_field(d, "token");
  const json::string* session = string_field(d, "session_id");
  const auto sequence = unsigned_field(d, "seq");
  if (token == nullptr || session == nullptr) {
    return decode_error("resume needs token and session_id");
  }
  if (!sequence) {
    return Violation{close_code::kInvalidSequence, "bad_sequence", "resume needs an integer seq"};
  }
  return ResumePayload{std::string(*token), std::string(*session), *sequence};
}

CheckedPayload check_presence(const json::object& d) {
  if (auto violation = check_presence_object(d)) return *violation;
  return PresencePayload{d};
}

CheckedPayload check_members(const json::object& d) {
  MembersPayload request;
  const json::string* guild = string_field(d, "guild_id");
  const auto id = guild == nullptr ? std::nullopt : parse_snowflake(*guild);
  if (!id) return decode_error("request guild members needs one guild_id");
  request.guild = *id;
  if (const json::string* query = string_field(d, "query")) request.query = std::string(*query);
  if (const json::value* users = d.if_contains("user_ids")) {
    json::array one;
    if (users->is_string()) one.push_back(*users);
    for (const json::value& user : users->is_array() ? users->get_array() : one) {
      const auto user_id = user.is_string() ? parse_snowflake(user.get_string()) : std::nullopt;
      if (!user_id) return decode_error("user_ids holds something that is not an id");
      request.user_ids.push_back(*user_id);
    }
    if (request.user_ids.size() > 100) return decode_error("at most 100 user_ids");
  }
  if (!request.query && request.user_ids.empty()) {
    return decode_error("request guild members needs query or user_ids");
  }
  const auto limit = unsigned_field(d, "limit");
  if (request.query && !limit) return decode_error("a query needs a limit");
  request.limit = limit.value_or(0);
  if (const json::string* nonce = string_field(d, "nonce")) request.nonce = std::string(*nonce);
  const json::value* presences = d.if_contains("presences");
  request.presences = presences != nullptr && presences->is_bool() && presences->as_bool();
  return request;
}

CheckedPayload check_data(Op op, const json::object& d) {
  switch (op) {
    case Op::Identify:
      return check_identify(d);
    case Op::Resume:
      return check_resume(d);
    case Op::PresenceUpdate:
      return check_presence(d);
    case Op::RequestGuildMembers:
      return check_members(d);
    case Op::VoiceStateUpdate:
      if (string_field(d, "guild_id") == nullptr || !d.contains("channel_id")) {
        return decode_error("voice state update needs guild_id and channel_id");
      }
      return VoiceStatePayload{};
    default:
      return OtherPayload{op};
  }
}

bool may_client_send(std::int64_t op) {
  switch (static_cast<Op>(op)) {
    case Op::Heartbeat:
    case Op::Identify:
    case Op::PresenceUpdate:
    case Op::VoiceStateUpdate:
    case Op::Resume:
    case Op::RequestGuildMembers:
    case Op::RequestSoundboardSounds:
    case Op::RequestChannelInfo:
      return true;
    default:
      return false;
  }
}

}  // namespace

CheckedPayload check_client_payload(std::string_view text) {
  if (text.size() > kMaxClientPayload) {
    return Violation{close_code::kDecodeError,
                     "payload_too_large",
                     fmt::format("a payload of {} bytes; at most 4096 are allowed", text.size())};
  }
  if (!is_utf8(text)) return decode_error("a payload that is not UTF-8");
  boost::system::error_code error;
  const json::value parsed = json::parse(text, error);
  const json::object* payload = error ? nullptr : parsed.if_object();
  if (payload == nullptr) return decode_error("a payload that is not a JSON object");
  const json::value* op = payload->if_contains("op");
  if (op == nullptr || !op->is_int64()) return decode_error("a payload without an integer op");
  if (!may_client_send(op->get_int64())) {
    return Violation{close_code::kUnknownOpcode,
                     "unknown_opcode",
                     fmt::format("opcode {} is not for clients to send", op->get_int64())};
  }
  const json::value* d = payload->if_contains("d");
  if (static_cast<Op>(op->get_int64()) == Op::Heartbeat) return check_heartbeat(d);
  if (d == nullptr || !d->is_object()) return decode_error("a payload whose d is not an object");
  return check_data(static_cast<Op>(op->get_int64()), d->get_object());
}

bool is_valid_token(std::string_view token) {
  return token.size() > 4 && token.starts_with("sim.");
}

}  // namespace discern::sim
