#include "sim/life/events.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

namespace discern::sim {
namespace {

std::optional<Snowflake> id_of(const Guild* guild) {
  return guild == nullptr ? std::nullopt : std::optional(guild->id);
}

Event message_event_of(std::string_view type,
                       const World& world,
                       const Guild* guild,
                       Snowflake author,
                       const json::object& message) {
  json::object full = message_event(world, guild, author, message);
  Event event = make_event(type, id_of(guild), full);
  // Without the intent a bot still reads direct messages and what it wrote itself.
  if (guild != nullptr && author != world.bot_id()) {
    event.d_without_content = make_text(json::serialize(without_content(std::move(full))));
  }
  return event;
}

json::object reaction_object(const Guild* guild,
                             const ReactionPlace& place,
                             std::string_view emoji) {
  json::object d{{"user_id", to_text(place.user)},
                 {"channel_id", to_text(place.channel)},
                 {"message_id", to_text(place.message)},
                 {"emoji", {{"id", nullptr}, {"name", emoji}}},
                 {"burst", false},
                 {"type", 0}};
  if (guild != nullptr) d["guild_id"] = to_text(guild->id);
  return d;
}

}  // namespace

Event make_event(std::string_view type, std::optional<Snowflake> guild, const json::object& d) {
  return {type, guild, make_text(json::serialize(d)), nullptr, false};
}

Event guild_create(const World& world, const Guild& guild) {
  return make_event("GUILD_CREATE", guild.id, guild_create_object(world, guild));
}

Event guild_delete(Snowflake guild) {
  return make_event("GUILD_DELETE", guild, {{"id", to_text(guild)}});
}

Event guild_outage(Snowflake guild) {
  return make_event("GUILD_DELETE", guild, unavailable_guild_object(guild));
}

Event guild_update(const World& world, const Guild& guild) {
  return make_event("GUILD_UPDATE", guild.id, guild_object(world, guild));
}

Event message_create(const World& world,
                     const Guild* guild,
                     Snowflake author,
                     const json::object& message) {
  return message_event_of("MESSAGE_CREATE", world, guild, author, message);
}

Event message_update(const World& world,
                     const Guild* guild,
                     Snowflake author,
                     const json::object& message) {
  return message_event_of("MESSAGE_UPDATE", world, guild, author, message);
}

Event message_delete(const Guild* guild, Snowflake channel, Snowflake message) {
  json::object d{{"id", to_text(message)}, {"channel_id", to_text(channel)}};
  if (guild != nullptr) d["guild_id"] = to_text(guild->id);
  return make_event("MESSAGE_DELETE", id_of(guild), d);
}

Event reaction_add(const World& world,
                   const Guild* guild,
                   const ReactionPlace& place,
                   std::string_view emoji) {
  json::object d = reaction_object(guild, place, emoji);
  if (guild != nullptr) d["member"] = member_object(world, *guild, place.user);
  return make_event("MESSAGE_REACTION_ADD", id_of(guild), d);
}

Event reaction_remove(const Guild* guild, const ReactionPlace& place, std::string_view emoji) {
  return make_event("MESSAGE_REACTION_REMOVE", id_of(guild), reaction_object(guild, place, emoji));
}

Event typing_start(
    const World& world, const Guild& guild, Snowflake channel, Snowflake user, Instant now) {
  return make_event("TYPING_START",
                    guild.id,
                    {{"channel_id", to_text(channel)},
                     {"guild_id", to_text(guild.id)},
                     {"user_id", to_text(user)},
                     {"timestamp", epoch_ms(now) / 1000},
                     {"member", member_object(world, guild, user)}});
}

Event presence_update(const Guild& guild, Snowflake user, std::string_view status) {
  return make_event("PRESENCE_UPDATE",
                    guild.id,
                    {{"user", {{"id", to_text(user)}}},
                     {"guild_id", to_text(guild.id)},
                     {"status", status},
                     {"activities", json::array{}},
                     {"client_status", {{"desktop", status}}}});
}

Event voice_state_update(const World& world, const Guild& guild, Snowflake user, bool joined) {
  json::object d{{"guild_id", to_text(guild.id)},
                 {"channel_id", nullptr},
                 {"user_id", to_text(user)},
                 {"member", member_object(world, guild, user)},
                 {"session_id", fmt::format("{:032x}", mix(bits(user)))},
                 {"deaf", false},
                 {"mute", false},
                 {"self_deaf", false},
                 {"self_mute", false},
                 {"self_video", false},
                 {"suppress", false},
                 {"request_to_speak_timestamp", nullptr}};
  if (joined) d["channel_id"] = to_text(channel_id(guild, channel_count(guild) - 1));
  return make_event("VOICE_STATE_UPDATE", guild.id, d);
}

Event member_add(const World& world, const Guild& guild, Snowflake user) {
  json::object d = member_object(world, guild, user);
  d["guild_id"] = to_text(guild.id);
  return make_event("GUILD_MEMBER_ADD", guild.id, d);
}

Event member_remove(const World& world, const Guild& guild, Snowflake user) {
  return make_event("GUILD_MEMBER_REMOVE",
                    guild.id,
                    {{"guild_id", to_text(guild.id)}, {"user", user_object(world, user)}});
}

Event member_update(const Guild& guild, json::object member) {
  member["guild_id"] = to_text(guild.id);
  return make_event("GUILD_MEMBER_UPDATE", guild.id, member);
}

}  // namespace discern::sim
