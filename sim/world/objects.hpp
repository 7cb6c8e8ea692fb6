#pragma once

// Discord's JSON objects for what the world holds: complete enough for a client library to build
// its own objects from them.
//
// Pure. Field names and meanings follow Discord Docs/Resources.

#include <boost/json/object.hpp>
#include <optional>
#include <string_view>

#include "sim/world/world.hpp"

namespace discern::sim {

namespace json = boost::json;

// Every permission a bot may be given, as Discord prints it: a decimal string beyond 2^53.
inline constexpr std::string_view kAllPermissions = "2251799813685247";

json::object user_object(const World& world, Snowflake user);
// The bot itself; with `own` the fields only the bot may see.
json::object bot_object(const World& world, bool own = false);
json::object member_object(const World& world, const Guild& guild, Snowflake user);
// The member as INTERACTION_CREATE carries it: with permissions.
json::object interaction_member_object(const World& world, const Guild& guild, Snowflake user);

json::object role_object(const Guild& guild, std::size_t index);
json::array role_objects(const Guild& guild);
json::object channel_object(const Guild& guild, std::size_t index);
json::array channel_objects(const Guild& guild);
json::object dm_channel_object(const World& world, Snowflake user);
json::object thread_object(
    const Guild& guild, Snowflake id, Snowflake parent, std::string_view name, Snowflake owner);

// As GET /guilds/{id} answers.
json::object guild_object(const World& world, const Guild& guild);
// As GUILD_CREATE carries it: with members, channels and counts.
json::object guild_create_object(const World& world, const Guild& guild);
json::object unavailable_guild_object(Snowflake guild);

json::object application_object(const World& world,
                                std::size_t global_commands,
                                const std::string& interactions_endpoint);

}  // namespace discern::sim
