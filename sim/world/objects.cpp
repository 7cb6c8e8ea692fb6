#include "sim/world/objects.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/world/vocabulary.hpp"

namespace discern::sim {
namespace {

std::string_view locale_code(const Guild& guild) {
  return locales()[guild.locale].code;
}

constexpr std::array<std::string_view, kRoles + 1> kRoleNames = {
    "@everyone", "Member", "Moderator", "Admin", "Discern"};
constexpr std::size_t kEveryone = 0;
constexpr std::size_t kBotRole = kRoles;

Snowflake id_of_role(const Guild& guild, std::size_t index) {
  return index == kEveryone ? guild.id : role_id(guild, index - 1);
}

}  // namespace

json::object user_object(const World& world, Snowflake user) {
  if (user == world.bot_id()) return bot_object(world);
  const std::string name = world.user_name_of(user);
  return {{"id", to_text(user)},
          {"username", name},
          {"discriminator", "0"},
          {"global_name", name},
          {"avatar", nullptr},
          {"public_flags", 0},
          {"flags", 0},
          {"primary_guild", nullptr},
          {"bot", false}};
}

json::object bot_object(const World& world, bool own) {
  json::object bot{{"id", to_text(world.bot_id())},
                   {"username", "Discern"},
                   {"discriminator", "4242"},
                   {"global_name", nullptr},
                   {"avatar", nullptr},
                   {"public_flags", 524288},
                   {"flags", 524288},
                   {"primary_guild", nullptr},
                   {"bot", true}};
  if (own) {
    bot["verified"] = true;
    bot["mfa_enabled"] = true;
    bot["email"] = nullptr;
    bot["locale"] = "en-US";
  }
  return bot;
}

json::object member_object(const World& world, const Guild& guild, Snowflake user) {
  const bool bot = user == world.bot_id();
  const std::uint64_t seed = mix(bits(user), bits(guild.id));
  const Snowflake role = bot ? id_of_role(guild, kBotRole)
                             : id_of_role(guild,
                                          seed % 20 == 0  ? 3
                                          : seed % 9 == 0 ? 2
                                                          : 1);
  const Instant joined =
      bot ? guild.joined_at
          : std::max(created_at(user), created_at(guild.id)) + std::chrono::hours{seed % 2000};
  return {{"user", user_object(world, user)},
          {"nick", nullptr},
          {"avatar", nullptr},
          {"banner", nullptr},
          {"roles", json::array{json::value(to_text(role))}},
          {"joined_at", iso_time(std::min(joined, std::max(guild.joined_at, joined)))},
          {"premium_since", nullptr},
          {"deaf", false},
          {"mute", false},
          {"flags", 0},
          {"pending", false},
          {"communication_disabled_until", nullptr}};
}

json::object interaction_member_object(const World& world, const Guild& guild, Snowflake user) {
  json::object member = member_object(world, guild, user);
  member["permissions"] = kAllPermissions;
  return member;
}

json::object role_object(const Guild& guild, std::size_t index) {
  return {{"id", to_text(id_of_role(guild, index))},
          {"name", kRoleNames[index]},
          {"color", index == kEveryone ? 0 : 0x3498DB},
          {"colors",
           {{"primary_color", index == kEveryone ? 0 : 0x3498DB},
            {"secondary_color", nullptr},
            {"tertiary_color", nullptr}}},
          {"hoist", index == 3},
          {"icon", nullptr},
          {"unicode_emoji", nullptr},
          {"position", index},
          {"permissions", index < 3 ? "1071698660929" : kAllPermissions},
          {"managed", index == kBotRole},
          {"mentionable", index != kEveryone},
          {"flags", 0}};
}

json::array role_objects(const Guild& guild) {
  json::array roles;
  for (std::size_t i = 0; i < kRoleNames.size(); ++i) roles.emplace_back(role_object(guild, i));
  return roles;
}

json::object channel_object(const Guild& guild, std::size_t index) {
  const bool voice = index + 1 == channel_count(guild);
  json::object channel{{"id", to_text(channel_id(guild, index))},
                       {"type", voice ? 2 : 0},
                       {"guild_id", to_text(guild.id)},
                       {"name", voice ? "Voice" : channel_name(index)},
                       {"position", index},
                       {"parent_id", nullptr},
                       {"topic", nullptr},
                       {"nsfw", false},
                       {"rate_limit_per_user", 0},
                       {"last_message_id", nullptr},
                       {"permission_overwrites", json::array{}},
                       {"flags", 0}};
  if (voice) {
    channel["bitrate"] = 64000;
    channel["user_limit"] = 0;
    channel["rtc_region"] = nullptr;
  }
  return channel;
}

json::array channel_objects(const Guild& guild) {
  json::array channels;
  for (std::size_t i = 0; i < channel_count(guild); ++i) {
    channels.emplace_back(channel_object(guild, i));
  }
  return channels;
}

json::object dm_channel_object(const World& world, Snowflake user) {
  return {{"id", to_text(World::dm_channel(user))},
          {"type", 1},
          {"last_message_id", nullptr},
          {"flags", 0},
          {"recipients", json::array{json::value(user_object(world, user))}}};
}

json::object thread_object(
    const Guild& guild, Snowflake id, Snowflake parent, std::string_view name, Snowflake owner) {
  return {{"id", to_text(id)},
          {"type", 11},
          {"guild_id", to_text(guild.id)},
          {"parent_id", to_text(parent)},
          {"owner_id", to_text(owner)},
          {"name", name},
          {"last_message_id", nullptr},
          {"message_count", 0},
          {"total_message_sent", 0},
          {"member_count", 1},
          {"rate_limit_per_user", 0},
          {"flags", 0},
          {"thread_metadata",
           {{"archived", false},
            {"auto_archive_duration", 1440},
            {"archive_timestamp", iso_time(created_at(id))},
            {"create_timestamp", iso_time(created_at(id))},
            {"locked", false}}}};
}

json::object guild_object(const World& world, const Guild& guild) {
  json::array features;
  if (guild.member_count > 500) features = {"COMMUNITY", "NEWS"};
  return {{"id", to_text(guild.id)},
          {"name", world.name_of(guild)},
          {"icon", nullptr},
          {"splash", nullptr},
          {"discovery_splash", nullptr},
          {"banner", nullptr},
          {"description", nullptr},
          {"owner_id", to_text(world.member_id(guild, 0))},
          {"region", "deprecated"},
          {"afk_channel_id", nullptr},
          {"afk_timeout", 300},
          {"verification_level", 1},
          {"default_message_notifications", 0},
          {"explicit_content_filter", 0},
          {"roles", role_objects(guild)},
          {"emojis", json::array{}},
          {"stickers", json::array{}},
          {"features", std::move(features)},
          {"mfa_level", 0},
          {"application_id", nullptr},
          {"system_channel_id", to_text(channel_id(guild, 0))},
          {"system_channel_flags", 0},
          {"rules_channel_id", nullptr},
          {"public_updates_channel_id", nullptr},
          {"safety_alerts_channel_id", nullptr},
          {"max_presences", nullptr},
          {"max_members", 500000},
          {"max_video_channel_users", 25},
          {"vanity_url_code", nullptr},
          {"premium_tier", guild.premium_tier},
          {"premium_subscription_count", guild.premium_tier * 7},
          {"premium_progress_bar_enabled", false},
          {"preferred_locale", locale_code(guild)},
          {"nsfw", false},
          {"nsfw_level", 0},
          {"hub_type", nullptr},
          {"incidents_data", nullptr},
          {"latest_onboarding_question_id", nullptr}};
}

json::object guild_create_object(const World& world, const Guild& guild) {
  json::object object = guild_object(world, guild);
  json::array members;
  members.emplace_back(member_object(world, guild, world.bot_id()));
  for (std::uint64_t k = 0; k < std::min<std::uint64_t>(guild.member_count, 8); ++k) {
    members.emplace_back(member_object(world, guild, world.member_id(guild, k)));
  }
  object["joined_at"] = iso_time(guild.joined_at);
  object["large"] = guild.member_count > 250;
  object["unavailable"] = false;
  object["member_count"] = guild.member_count;
  object["members"] = std::move(members);
  object["channels"] = channel_objects(guild);
  object["voice_states"] = json::array{};
  object["threads"] = json::array{};
  object["presences"] = json::array{};
  object["stage_instances"] = json::array{};
  object["guild_scheduled_events"] = json::array{};
  object["soundboard_sounds"] = json::array{};
  return object;
}

json::object unavailable_guild_object(Snowflake guild) {
  return {{"id", to_text(guild)}, {"unavailable", true}};
}

json::object application_object(const World& world,
                                std::size_t global_commands,
                                const std::string& interactions_endpoint) {
  const json::value endpoint =
      interactions_endpoint.empty() ? json::value(nullptr) : json::value(interactions_endpoint);
  return {{"id", to_text(world.application_id())},
          {"name", "Discern"},
          {"icon", nullptr},
          {"description", "The simulated application."},
          {"summary", ""},
          {"type", nullptr},
          {"bot_public", true},
          {"bot_require_code_grant", false},
          {"verify_key", std::string(64, 'a')},
          {"flags", 8953856},
          {"flags_new", "8953856"},
          {"approximate_guild_count", world.guilds().size()},
          {"approximate_user_install_count", 12},
          {"interactions_endpoint_url", endpoint},
          {"role_connections_verification_url", nullptr},
          {"event_webhooks_status", 1},
          {"redirect_uris", json::array{}},
          {"approximate_user_authorization_count", 0},
          {"explicit_content_filter", 0},
          {"eligible_oauth2_scopes", json::array{}},
          {"tags", json::array{}},
          {"bot", bot_object(world)},
          {"owner",
           user_object(world,
                       world.guilds().empty() ? world.bot_id()
                                              : world.member_id(world.guilds().front(), 0))},
          {"team", nullptr},
          {"global_command_count", global_commands}};
}

}  // namespace discern::sim
