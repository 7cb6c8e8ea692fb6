// Guilds: members, roles, moderation.

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "discern/plugin/limits/guild.hpp"
#include "sim/life/events.hpp"
#include "sim/rest/route_table.hpp"

namespace discern::sim {
namespace {

HttpReply unknown_member() {
  return reply_error(404, error::kUnknownMember, "Unknown Member");
}

// Whoever has a person's id may be a member: the world does not keep lists.
bool may_be_member(const State& state, Snowflake user) {
  return user == state.world.bot_id() || state.world.is_user(user);
}

HttpReply get_guild(State& state, const Call& call) {
  const Guild* guild = state.world.find_guild(call.id(0));
  if (guild == nullptr) return reply_unknown_guild();
  json::object object = guild_object(state.world, *guild);
  // REST knows these of a guild, the gateway does not tell them.
  object["home_header"] = nullptr;
  object["widget_enabled"] = false;
  object["widget_channel_id"] = nullptr;
  object["max_stage_video_channel_users"] = 50;
  if (call.query("with_counts") == "true") {
    object["approximate_member_count"] = guild->member_count;
    object["approximate_presence_count"] = guild->member_count / 4;
  }
  return reply_json(object);
}

HttpReply leave_guild(State& state, const Call& call) {
  const Snowflake id = call.id(0);
  if (!state.world.remove_guild(id)) return reply_unknown_guild();
  state.gateway.dispatch(guild_delete(id), call.now);
  return reply_nothing();
}

HttpReply list_channels(State& state, const Call& call) {
  const Guild* guild = state.world.find_guild(call.id(0));
  return guild == nullptr ? reply_unknown_guild() : reply_json(channel_objects(*guild));
}

HttpReply create_channel(State& state, const Call& call) {
  const Guild* guild = state.world.find_guild(call.id(0));
  if (guild == nullptr) return reply_unknown_guild();
  FormProblems problems;
  FormReader reader(call.form(), "", problems);
  reader.text("name", 1, 100, FormReader::Need::Required);
  if (!problems.empty()) return reply_invalid_form(problems);
  const Snowflake id = state.ids.next(call.now);
  json::object channel = channel_object(*guild, 0);
  for (const auto& field : call.form()) channel[field.key()] = field.value();
  channel["id"] = to_text(id);
  state.made_channels[id] = channel;
  state.gateway.dispatch(make_event("CHANNEL_CREATE", guild->id, channel), call.now);
  return reply_json(channel, 201);
}

HttpReply list_roles(State& state, const Call& call) {
  const Guild* guild = state.world.find_guild(call.id(0));
  return guild == nullptr ? reply_unknown_guild() : reply_json(role_objects(*guild));
}

// A role with the fields of the form; the world keeps its own four.
HttpReply make_role(State& state, const Call& call) {
  const Guild* guild = state.world.find_guild(call.id(0));
  if (guild == nullptr) return reply_unknown_guild();
  const bool creating = call.args.size() == 1;
  json::object role = role_object(*guild, 1);
  for (const auto& field : call.form()) role[field.key()] = field.value();
  role["id"] = creating ? to_text(state.ids.next(call.now)) : call.args[1];
  state.gateway.dispatch(make_event(creating ? "GUILD_ROLE_CREATE" : "GUILD_ROLE_UPDATE",
                                    guild->id,
                                    {{"guild_id", to_text(guild->id)}, {"role", role}}),
                         call.now);
  return reply_json(role);
}

HttpReply delete_role(State& state, const Call& call) {
  const Guild* guild = state.world.find_guild(call.id(0));
  if (guild == nullptr) return reply_unknown_guild();
  state.gateway.dispatch(make_event("GUILD_ROLE_DELETE",
                                    guild->id,
                                    {{"guild_id", to_text(guild->id)}, {"role_id", call.args[1]}}),
                         call.now);
  return reply_nothing();
}

HttpReply list_members(State& state, const Call& call) {
  const Guild* guild = state.world.find_guild(call.id(0));
  if (guild == nullptr) return reply_unknown_guild();
  const auto asked = parse_snowflake(call.query("limit"));
  const std::size_t limit = asked ? std::min<std::size_t>(bits(*asked), 1000) : 1;
  json::array members;
  for (std::uint64_t k = 0; k < std::min<std::uint64_t>(limit, guild->member_count); ++k) {
    members.emplace_back(member_object(state.world, *guild, state.world.member_id(*guild, k)));
  }
  return reply_json(members);
}

HttpReply get_member(State& state, const Call& call) {
  const Guild* guild = state.world.find_guild(call.id(0));
  if (guild == nullptr) return reply_unknown_guild();
  if (!may_be_member(state, call.id(1))) return unknown_member();
  return reply_json(member_object(state.world, *guild, call.id(1)));
}

HttpReply edit_member(State& state, const Call& call) {
  const Guild* guild = state.world.find_guild(call.id(0));
  if (guild == nullptr) return reply_unknown_guild();
  if (!may_be_member(state, call.id(1))) return unknown_member();
  const std::string text = json::serialize(call.form());
  const FormProblems problems =
      to_problems(plugin::limits::check_member(plugin::Json(text), epoch_ms(call.now)));
  if (!problems.empty()) return reply_invalid_form(problems);
  json::object member = member_object(state.world, *guild, call.id(1));
  for (const auto& field : call.form()) member[field.key()] = field.value();
  state.gateway.dispatch(member_update(*guild, member), call.now);
  return reply_json(member);
}

HttpReply kick_member(State& state, const Call& call) {
  Guild* guild = state.world.find_guild(call.id(0));
  if (guild == nullptr) return reply_unknown_guild();
  if (!may_be_member(state, call.id(1))) return unknown_member();
  state.world.change_members(*guild, -1);
  state.gateway.dispatch(member_remove(state.world, *guild, call.id(1)), call.now);
  return reply_nothing();
}

HttpReply change_role(State& state, const Call& call) {
  const Guild* guild = state.world.find_guild(call.id(0));
  if (guild == nullptr) return reply_unknown_guild();
  if (!may_be_member(state, call.id(1))) return unknown_member();
  if (guild_of(call.id(2)) != guild->id) {
    return reply_error(404, error::kUnknownRole, "Unknown Role");
  }
  json::object member = member_object(state.world, *guild, call.id(1));
  if (call.request.method == "PUT") member["roles"].as_array().emplace_back(call.args[2]);
  state.gateway.dispatch(member_update(*guild, std::move(member)), call.now);
  return reply_nothing();
}

HttpReply ban(State& state, const Call& call) {
  Guild* guild = state.world.find_guild(call.id(0));
  if (guild == nullptr) return reply_unknown_guild();
  if (!state.world.is_user(call.id(1))) {
    return reply_error(404, error::kUnknownUser, "Unknown User");
  }
  const bool banning = call.request.method == "PUT";
  const std::string text = json::serialize(call.form());
  const FormProblems problems = to_problems(plugin::limits::check_ban(plugin::Json(text)));
  if (!problems.empty()) return reply_invalid_form(problems);
  const json::object about{{"guild_id", to_text(guild->id)},
                           {"user", user_object(state.world, call.id(1))}};
  state.gateway.dispatch(
      make_event(banning ? "GUILD_BAN_ADD" : "GUILD_BAN_REMOVE", guild->id, about), call.now);
  if (banning) {
    state.world.change_members(*guild, -1);
    state.gateway.dispatch(member_remove(state.world, *guild, call.id(1)), call.now);
  }
  return reply_nothing();
}

HttpReply get_ban(State& state, const Call& call) {
  if (state.world.find_guild(call.id(0)) == nullptr) return reply_unknown_guild();
  return reply_error(404, error::kUnknownBan, "Unknown Ban");
}

HttpReply list_nothing(State& state, const Call& call) {
  if (state.world.find_guild(call.id(0)) == nullptr) return reply_unknown_guild();
  return reply_json(json::array{});
}

HttpReply list_active_threads(State& state, const Call& call) {
  const Guild* guild = state.world.find_guild(call.id(0));
  if (guild == nullptr) return reply_unknown_guild();
  json::array threads;
  for (const auto& [id, channel] : state.made_channels) {
    const bool here = channel.at("guild_id").as_string() == call.args[0];
    if (here && channel.contains("thread_metadata")) threads.emplace_back(channel);
  }
  return reply_json(json::object{{"threads", std::move(threads)}, {"members", json::array{}}});
}

constexpr std::string_view kGuild = "/guilds/{guild.id}";
constexpr std::string_view kMember = "/guilds/{guild.id}/members/{user.id}";
constexpr std::string_view kMemberRole = "/guilds/{guild.id}/members/{user.id}/roles/{role.id}";
constexpr std::string_view kBan = "/guilds/{guild.id}/bans/{user.id}";
constexpr std::string_view kRoles = "/guilds/{guild.id}/roles";
constexpr std::string_view kRole = "/guilds/{guild.id}/roles/{role.id}";
constexpr BucketLimit kWrites{5, Millis{5'000}};

constexpr Route kRoutes[] = {
    {.method = "GET", .path = kGuild, .handler = get_guild, .limit = {}},
    {.method = "GET", .path = "/guilds/{guild.id}/channels", .handler = list_channels, .limit = {}},
    {.method = "POST",
     .path = "/guilds/{guild.id}/channels",
     .handler = create_channel,
     .limit = kWrites},
    {.method = "GET", .path = "/guilds/{guild.id}/roles", .handler = list_roles, .limit = {}},
    {.method = "POST", .path = kRoles, .handler = make_role, .limit = kWrites},
    {.method = "PATCH", .path = kRole, .handler = make_role, .limit = kWrites},
    {.method = "DELETE", .path = kRole, .handler = delete_role, .limit = kWrites},
    {.method = "GET", .path = "/guilds/{guild.id}/members", .handler = list_members, .limit = {}},
    {.method = "GET", .path = kMember, .handler = get_member, .limit = {}},
    {.method = "PATCH", .path = kMember, .handler = edit_member, .limit = kWrites},
    {.method = "DELETE", .path = kMember, .handler = kick_member, .limit = kWrites},
    {.method = "PUT", .path = kMemberRole, .handler = change_role, .limit = kWrites},
    {.method = "DELETE", .path = kMemberRole, .handler = change_role, .limit = kWrites},
    {.method = "GET", .path = "/guilds/{guild.id}/bans", .handler = list_nothing, .limit = {}},
    {.method = "GET", .path = kBan, .handler = get_ban, .limit = {}},
    {.method = "PUT", .path = kBan, .handler = ban, .limit = kWrites},
    {.method = "DELETE", .path = kBan, .handler = ban, .limit = kWrites},
    {.method = "GET",
     .path = "/guilds/{guild.id}/threads/active",
     .handler = list_active_threads,
     .limit = {}},
    {.method = "GET", .path = "/guilds/{guild.id}/webhooks", .handler = list_nothing, .limit = {}},
    {.method = "DELETE",
     .path = "/users/@me/guilds/{guild.id}",
     .handler = leave_guild,
     .limit = kWrites},
};

}  // namespace

std::span<const Route> guild_routes() {
  return kRoutes;
}

}  // namespace discern::sim
