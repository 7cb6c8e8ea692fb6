// Routes about the bot itself: where the gateway is, who it is.

#include <algorithm>

#include "sim/rest/route_table.hpp"

namespace discern::sim {
namespace {

HttpReply get_gateway(State& state, const Call&) {
  return reply_json(json::object{{"url", state.gateway.settings().url}});
}

HttpReply get_gateway_bot(State& state, const Call& call) {
  IdentifyGate& gate = state.gateway.identify_gate();
  return reply_json(json::object{{"url", state.gateway.settings().url},
                                 {"shards", state.gateway.settings().recommended_shards},
                                 {"session_start_limit",
                                  {{"total", gate.limits().total},
                                   {"remaining", gate.told_remaining(call.now)},
                                   {"reset_after", gate.reset_after(call.now).count()},
                                   {"max_concurrency", gate.limits().max_concurrency}}}});
}

HttpReply get_application(State& state, const Call&) {
  return reply_json(
      application_object(state.world, state.commands.size({}), state.interactions_endpoint));
}

HttpReply get_own_user(State& state, const Call&) {
  return reply_json(bot_object(state.world, true));
}

HttpReply get_user(State& state, const Call& call) {
  const Snowflake user = call.id(0);
  if (user != state.world.bot_id() && !state.world.is_user(user)) {
    return reply_error(404, error::kUnknownUser, "Unknown User");
  }
  return reply_json(user_object(state.world, user));
}

HttpReply list_own_guilds(State& state, const Call& call) {
  const auto after = parse_snowflake(call.query("after")).value_or(Snowflake{});
  const bool counts = call.query("with_counts") == "true";
  const auto asked = parse_snowflake(call.query("limit"));
  const std::size_t limit = asked ? std::clamp<std::size_t>(bits(*asked), 1, 200) : 200;
  std::vector<const Guild*> guilds;
  for (const Guild& guild : state.world.guilds()) {
    if (guild.id > after) guilds.push_back(&guild);
  }
  const auto by_id = [](const Guild* a, const Guild* b) { return a->id < b->id; };
  std::sort(guilds.begin(), guilds.end(), by_id);
  guilds.resize(std::min(limit, guilds.size()));
  json::array list;
  for (const Guild* guild : guilds) {
    json::object entry{{"id", to_text(guild->id)},
                       {"name", state.world.name_of(*guild)},
                       {"icon", nullptr},
                       {"banner", nullptr},
                       {"owner", false},
                       {"permissions", kAllPermissions},
                       {"features", json::array{}}};
    if (counts) {
      entry["approximate_member_count"] = guild->member_count;
      entry["approximate_presence_count"] = guild->member_count / 4;
    }
    list.emplace_back(std::move(entry));
  }
  return reply_json(list);
}

HttpReply create_dm(State& state, const Call& call) {
  const json::value* recipient = call.form().if_contains("recipient_id");
  const auto user = recipient != nullptr && recipient->is_string()
                        ? parse_snowflake(std::string_view(recipient->get_string()))
                        : std::nullopt;
  if (!user || !state.world.is_user(*user)) {
    return reply_invalid_form({{"recipient_id", "BASE_TYPE_REQUIRED", "Not a user"}});
  }
  return reply_json(dm_channel_object(state.world, *user));
}

constexpr BucketLimit kReads{50, Millis{10'000}};

constexpr Route kRoutes[] = {
    {.method = "GET",
     .path = "/gateway",
     .handler = get_gateway,
     .limit = kReads,
     .anonymous = true},
    {.method = "GET", .path = "/gateway/bot", .handler = get_gateway_bot, .limit = kReads},
    {.method = "GET", .path = "/applications/@me", .handler = get_application, .limit = kReads},
    {.method = "GET",
     .path = "/oauth2/applications/@me",
     .handler = get_application,
     .limit = kReads},
    {.method = "GET", .path = "/users/@me", .handler = get_own_user, .limit = kReads},
    {.method = "PATCH",
     .path = "/users/@me",
     .handler = get_own_user,
     .limit = {2, Millis{60'000}}},
    {.method = "GET", .path = "/users/@me/guilds", .handler = list_own_guilds, .limit = kReads},
    {.method = "POST",
     .path = "/users/@me/channels",
     .handler = create_dm,
     .limit = {10, Millis{10'000}}},
    {.method = "GET", .path = "/users/{user.id}", .handler = get_user, .limit = kReads},
};

}  // namespace

std::span<const Route> account_routes() {
  return kRoutes;
}

}  // namespace discern::sim
