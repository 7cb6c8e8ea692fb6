#include "discord/gateway/outgoing.hpp"

#include "base/json_text.hpp"

namespace discern::discord {
namespace {

void begin(std::string& out, Op op) {
  out.append("{\"op\":");
  append_json_number(out, static_cast<std::uint64_t>(op));
  out.append(",\"d\":");
}

void append_presence(std::string& out, const Presence& presence) {
  out.append("{\"since\":null,\"afk\":false,\"status\":");
  append_json_string(out, presence.status);
  out.append(",\"activities\":[");
  if (!presence.text.empty()) {
    const bool custom = presence.activity == Presence::Activity::Custom;
    out.append("{\"name\":");
    append_json_string(out, custom ? std::string_view("Custom Status") : presence.text);
    out.append(",\"type\":");
    append_json_number(out, static_cast<std::uint64_t>(presence.activity));
    if (custom) {
      out.append(",\"state\":");
      append_json_string(out, presence.text);
    }
    out.push_back('}');
  }
  out.append("]}");
}

}  // namespace

std::string encode_identify(const Secret& token, const IdentifyFields& fields) {
  std::string out;
  begin(out, Op::Identify);
  out.append("{\"token\":");
  append_json_string(out, token.reveal());
  out.append(",\"intents\":");
  append_json_number(out, fields.intents);
  out.append(
      ",\"properties\":{\"os\":\"linux\",\"browser\":\"discern\",\"device\":\"discern\"},"
      "\"compress\":false,\"large_threshold\":50,\"shard\":[");
  append_json_number(out, std::uint64_t{fields.shard});
  out.push_back(',');
  append_json_number(out, std::uint64_t{fields.shard_count});
  out.append("],\"presence\":");
  append_presence(out, fields.presence);
  out.append("}}");
  return out;
}

std::string encode_resume(const Secret& token, const Session& session) {
  std::string out;
  begin(out, Op::Resume);
  out.append("{\"token\":");
  append_json_string(out, token.reveal());
  out.append(",\"session_id\":");
  append_json_string(out, session.id);
  out.append(",\"seq\":");
  append_json_number(out, session.sequence);
  out.append("}}");
  return out;
}

std::string encode_heartbeat(std::optional<std::uint64_t> sequence) {
  std::string out;
  begin(out, Op::Heartbeat);
  if (sequence) {
    append_json_number(out, *sequence);
  } else {
    out.append("null");
  }
  out.push_back('}');
  return out;
}

std::string encode_presence_update(const Presence& presence) {
  std::string out;
  begin(out, Op::PresenceUpdate);
  append_presence(out, presence);
  out.push_back('}');
  return out;
}

std::string encode_payload(Op op, std::string_view d) {
  std::string out;
  begin(out, op);
  out.append(d);
  out.push_back('}');
  return out;
}

}  // namespace discern::discord
