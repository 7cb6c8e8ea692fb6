#include "sim/control/load_deck.hpp"

#include <fmt/format.h>

#include "sim/life/events.hpp"
#include "sim/world/vocabulary.hpp"

namespace discern::sim {
namespace {

constexpr std::size_t kCards = 1000;

// What makes real traffic hard to compress: hashes, keys and ids that occur once.
std::string hash(Rng& rng) {
  return fmt::format("{:016x}{:016x}", rng.next(), rng.next());
}
std::string key(Rng& rng, std::size_t length) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  while (out.size() < length) out.push_back(kLetters[rng.below(kLetters.size())]);
  return out;
}
std::string some_id(Rng& rng) {
  return std::to_string(400'000'000'000'000'000 + rng.below(900'000'000'000'000'000));
}

// The fields that people have filled in, beside those Discord always sends.
json::object dressed_user(json::object user, Rng& rng) {
  if (rng.chance(0.8)) user["avatar"] = hash(rng);
  user["avatar_decoration_data"] = nullptr;
  if (rng.chance(0.2)) {
    user["avatar_decoration_data"] = {
        {"asset", "a_" + hash(rng)}, {"sku_id", some_id(rng)}, {"expires_at", nullptr}};
  }
  user["collectibles"] = nullptr;
  user["display_name_styles"] = nullptr;
  user["primary_guild"] = nullptr;
  if (rng.chance(0.3)) {
    user["primary_guild"] = {{"identity_guild_id", some_id(rng)},
                             {"identity_enabled", true},
                             {"tag", key(rng, 4)},
                             {"badge", hash(rng)}};
  }
  return user;
}

json::object dressed_member(json::object member, Rng& rng) {
  if (member.contains("user")) {
    member["user"] = dressed_user(std::move(member["user"].as_object()), rng);
  }
  json::array& roles = member["roles"].as_array();
  for (std::uint64_t n = 1 + rng.below(6); n > 0; --n) roles.emplace_back(some_id(rng));
  if (rng.chance(0.3)) member["nick"] = key(rng, 9);
  if (rng.chance(0.1)) member["avatar"] = hash(rng);
  return member;
}

json::object attachment(Rng& rng) {
  const std::string id = some_id(rng);
  const std::string path =
      "/attachments/" + some_id(rng) + "/" + id + "/image.png?ex=" + key(rng, 8);
  return {{"id", id},
          {"filename", "image.png"},
          {"size", rng.below(4'000'000)},
          {"url", "https://cdn.discordapp.com" + path + "&hm=" + hash(rng) + hash(rng)},
          {"proxy_url", "https://media.discordapp.net" + path},
          {"width", 200 + rng.below(1800)},
          {"height", 200 + rng.below(1800)},
          {"content_type", "image/png"},
          {"placeholder", key(rng, 28)},
          {"placeholder_version", 1}};
}

Event message_card(const World& world, const Guild& guild, Snowflake id, Instant now, Rng& rng) {
  const Snowflake user = world.some_member(guild, rng);
  std::string text = chat_line(rng);
  while (rng.chance(0.6)) text += " " + chat_line(rng);
  json::object message = message_object(world, {id, channel_id(guild, 0), &guild, user, now, text});
  json::object d = message_event(world, &guild, user, message);
  d["author"] = dressed_user(std::move(d["author"].as_object()), rng);
  d["member"] = dressed_member(std::move(d["member"].as_object()), rng);
  d["nonce"] = some_id(rng);
  if (rng.chance(0.08)) d["attachments"].as_array().emplace_back(attachment(rng));
  if (rng.chance(0.15)) {
    json::object mentioned = dressed_user(user_object(world, world.some_member(guild, rng)), rng);
    d["mentions"].as_array().emplace_back(std::move(mentioned));
    d["message_reference"] = {{"type", 0},
                              {"channel_id", to_text(channel_id(guild, 0))},
                              {"message_id", some_id(rng)},
                              {"guild_id", to_text(guild.id)}};
  }
  return make_event("MESSAGE_CREATE", guild.id, d);
}

Event presence_card(const World& world, const Guild& guild, Instant now, Rng& rng) {
  constexpr std::string_view kGames[] = {"Visual Studio Code", "Minecraft", "Spotify", "osu!"};
  const std::string_view status = rng.chance(0.5) ? "online" : "idle";
  json::array activities;
  while (activities.size() < 3 && rng.chance(0.45)) {
    activities.emplace_back(json::object{
        {"type", 0},
        {"name", kGames[rng.below(std::size(kGames))]},
        {"id", key(rng, 16)},
        {"created_at", epoch_ms(now) - static_cast<std::int64_t>(rng.below(9'000'000))},
        {"timestamps",
         {{"start", epoch_ms(now) - static_cast<std::int64_t>(rng.below(90'000'000))}}},
        {"details", chat_line(rng)},
        {"state", chat_line(rng)},
        {"application_id", some_id(rng)},
        {"session_id", hash(rng)},
        {"assets", {{"large_image", some_id(rng)}, {"large_text", chat_line(rng)}}}});
  }
  return make_event("PRESENCE_UPDATE",
                    guild.id,
                    {{"user", {{"id", to_text(world.some_member(guild, rng))}}},
                     {"guild_id", to_text(guild.id)},
                     {"status", status},
                     {"activities", std::move(activities)},
                     {"client_status", {{"desktop", status}}},
                     {"processed_at_timestamp", epoch_ms(now)}});
}

// A command use, built by hand: the load needs no record of it.
Event interaction_card(const World& world, const Guild& guild, Snowflake id, Rng& rng) {
  constexpr std::string_view kNames[] = {"ping", "play", "trivia", "rank", "help", "weather"};
  const std::string_view name = kNames[rng.below(std::size(kNames))];
  const Snowflake user = world.some_member(guild, rng);
  return make_event(
      "INTERACTION_CREATE",
      guild.id,
      {{"id", to_text(id)},
       {"application_id", to_text(world.application_id())},
       {"type", 2},
       {"data",
        {{"id", to_text(offset_by(world.application_id(), name.size()))},
         {"name", name},
         {"type", 1},
         {"options",
          json::array{json::object{{"name", "query"}, {"type", 3}, {"value", chat_line(rng)}}}}}},
       {"guild_id", to_text(guild.id)},
       {"guild", {{"id", to_text(guild.id)}, {"locale", "en-US"}, {"features", json::array{}}}},
       {"channel_id", to_text(channel_id(guild, 0))},
       {"channel", channel_object(guild, 0)},
       {"member", dressed_member(interaction_member_object(world, guild, user), rng)},
       {"token", key(rng, 200)},
       {"version", 1},
       {"app_permissions", kAllPermissions},
       {"locale", "en-US"},
       {"guild_locale", "en-US"},
       {"entitlements", json::array{}},
       {"authorizing_integration_owners", {{"0", to_text(guild.id)}}},
       {"context", 0},
       {"attachment_size_limit", 10485760}});
}

Event typing_card(const World& world, const Guild& guild, Instant now, Rng& rng) {
  const Snowflake user = world.some_member(guild, rng);
  return make_event("TYPING_START",
                    guild.id,
                    {{"channel_id", to_text(channel_id(guild, 0))},
                     {"guild_id", to_text(guild.id)},
                     {"user_id", to_text(user)},
                     {"timestamp", epoch_ms(now) / 1000},
                     {"member", dressed_member(member_object(world, guild, user), rng)}});
}

Event some_card(const World& world, const Guild& guild, Snowflake id, Instant now, Rng& rng) {
  const double roll = rng.unit();
  if (roll < 0.35) return message_card(world, guild, id, now, rng);
  if (roll < 0.50) return interaction_card(world, guild, id, rng);
  if (roll < 0.75) return presence_card(world, guild, now, rng);
  if (roll < 0.90) return typing_card(world, guild, now, rng);
  const Snowflake user = world.some_member(guild, rng);
  return member_update(guild, dressed_member(member_object(world, guild, user), rng));
}

}  // namespace

std::unique_ptr<Deck> make_load_deck(const World& world, Instant now) {
  Rng rng(mix(world.seed(), 31));
  SnowflakeSource ids;
  std::vector<Deck::Card> cards;
  if (world.guilds().empty()) return nullptr;
  cards.reserve(kCards);
  while (cards.size() < kCards) {
    const Guild& guild = world.guilds()[rng.below(world.guilds().size())];
    const Event event = some_card(world, guild, ids.next(now), now, rng);
    cards.push_back({event.type, event.d});
  }
  return std::make_unique<Deck>(std::move(cards));
}

}  // namespace discern::sim
