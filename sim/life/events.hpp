#pragma once

// What happens in the world, as the gateway tells it.
//
// Pure. See Discord Docs/Gateway Events.

#include "sim/gateway/event.hpp"
#include "sim/world/messages.hpp"

namespace discern::sim {

Event make_event(std::string_view type, std::optional<Snowflake> guild, const json::object& d);

// A join, or the return from an outage.
Event guild_create(const World& world, const Guild& guild);
// The bot was removed.
Event guild_delete(Snowflake guild);
// An outage: the guild is gone for now, the bot still is a member.
Event guild_outage(Snowflake guild);
Event guild_update(const World& world, const Guild& guild);

// `message` as message_object() makes it. The bot always sees the content of its own messages.
Event message_create(const World& world,
                     const Guild* guild,
                     Snowflake author,
                     const json::object& message);
Event message_update(const World& world,
                     const Guild* guild,
                     Snowflake author,
                     const json::object& message);
Event message_delete(const Guild* guild, Snowflake channel, Snowflake message);

struct ReactionPlace {
  Snowflake channel{};
  Snowflake message{};
  Snowflake user{};
};
Event reaction_add(const World& world,
                   const Guild* guild,
                   const ReactionPlace& place,
                   std::string_view emoji);
Event reaction_remove(const Guild* guild, const ReactionPlace& place, std::string_view emoji);

Event typing_start(
    const World& world, const Guild& guild, Snowflake channel, Snowflake user, Instant now);
Event presence_update(const Guild& guild, Snowflake user, std::string_view status);
Event voice_state_update(const World& world, const Guild& guild, Snowflake user, bool joined);
Event member_add(const World& world, const Guild& guild, Snowflake user);
Event member_remove(const World& world, const Guild& guild, Snowflake user);
// `member` as member_object() makes it, changed.
Event member_update(const Guild& guild, json::object member);

}  // namespace discern::sim
