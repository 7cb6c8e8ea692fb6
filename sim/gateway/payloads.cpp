#include "sim/gateway/payloads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

namespace discern::sim {
namespace {

constexpr std::size_t kChunk = 1000;
constexpr std::size_t kMaxChunks = 10;

std::vector<Snowflake> wanted_members(const World& world,
                                      const Guild& guild,
                                      const MembersPayload& request) {
  std::vector<Snowflake> found;
  if (!request.user_ids.empty()) {
    for (const Snowflake user : request.user_ids) {
      if (world.is_user(user)) found.push_back(user);
    }
    return found;
  }
  std::size_t limit =
      request.limit == 0 ? kChunk * kMaxChunks : std::min<std::size_t>(request.limit, 100);
  for (std::uint64_t k = 0; k < guild.member_count && found.size() < limit; ++k) {
    const Snowflake user = world.member_id(guild, k);
    if (world.user_name_of(user).starts_with(*request.query)) found.push_back(user);
  }
  return found;
}

}  // namespace

std::string dispatch_payload(std::string_view type, std::uint64_t sequence, std::string_view d) {
  std::string out;
  out.reserve(d.size() + 96);
  const auto into = std::back_inserter(out);
  switch (sequence % 8) {
    case 2:
      fmt::format_to(into, R"({{"op":0,"t":"{}","d":{},"s":{}}})", type, d, sequence);
      break;
    case 5:
      fmt::format_to(into, R"({{"d":{},"t":"{}","s":{},"op":0}})", d, type, sequence);
      break;
    default:
      fmt::format_to(into, R"({{"t":"{}","s":{},"op":0,"d":{}}})", type, sequence, d);
  }
  return out;
}

std::string hello_payload(Millis heartbeat_interval) {
  return fmt::format(
      R"({{"t":null,"s":null,"op":10,"d":{{"heartbeat_interval":{},"_trace":["[\"sim\"]"]}}}})",
      heartbeat_interval.count());
}

std::string ack_payload() {
  return R"({"t":null,"s":null,"op":11,"d":null})";
}
std::string heartbeat_request_payload() {
  return R"({"t":null,"s":null,"op":1,"d":null})";
}
std::string reconnect_payload() {
  return R"({"t":null,"s":null,"op":7,"d":null})";
}
std::string invalid_session_payload(bool resumable) {
  return fmt::format(R"({{"t":null,"s":null,"op":9,"d":{}}})", resumable);
}

std::string ready_text(const World& world,
                       const Session& session,
                       const std::vector<Snowflake>& guilds,
                       std::string_view resume_url) {
  json::array list;
  list.reserve(guilds.size());
  for (const Snowflake guild : guilds) list.emplace_back(unavailable_guild_object(guild));
  const json::object ready{
      {"v", 10},
      {"user_settings", json::object{}},
      {"user", bot_object(world, true)},
      {"session_type", "normal"},
      {"session_id", session.id()},
      {"resume_gateway_url", resume_url},
      {"relationships", json::array{}},
      {"private_channels", json::array{}},
      {"presences", json::array{}},
      {"guilds", std::move(list)},
      {"guild_join_requests", json::array{}},
      {"geo_ordered_rtc_regions", json::array{}},
      {"shard", json::array{session.shard().id, session.shard().count}},
      {"application", {{"id", to_text(world.application_id())}, {"flags", 8953856}}},
      {"_trace", json::array{"[\"sim\"]"}}};
  return json::serialize(ready);
}

std::vector<std::string> member_chunk_texts(const World& world,
                                            const Guild& guild,
                                            const MembersPayload& request) {
  const std::vector<Snowflake> members = wanted_members(world, guild, request);
  const std::size_t chunks = std::max<std::size_t>(1, (members.size() + kChunk - 1) / kChunk);
  std::vector<std::string> texts;
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    json::array list;
    for (std::size_t i = chunk * kChunk; i < std::min(members.size(), (chunk + 1) * kChunk); ++i) {
      list.emplace_back(member_object(world, guild, members[i]));
    }
    json::object d{{"guild_id", to_text(guild.id)},
                   {"members", std::move(list)},
                   {"chunk_index", chunk},
                   {"chunk_count", chunks},
                   {"not_found", json::array{}}};
    if (!request.nonce.empty()) d["nonce"] = request.nonce;
    texts.push_back(json::serialize(d));
  }
  return texts;
}

std::string rate_limited_text(const MembersPayload& request, Millis retry_after) {
  json::object meta{{"guild_id", to_text(request.guild)}};
  if (!request.nonce.empty()) meta["nonce"] = request.nonce;
  return json::serialize(
      json::object{{"opcode", 8},
                   {"retry_after", static_cast<double>(retry_after.count()) / 1000.0},
                   {"meta", std::move(meta)}});
}

}  // namespace discern::sim
