#include "sim/control/load_deck.hpp"

#include <boost/json/serialize.hpp>

#include "sim/life/events.hpp"
#include "sim/world/vocabulary.hpp"

namespace discern::sim {
namespace {

constexpr std::size_t kCards = 1000;

// A command use, built by hand: the load needs no record of it.
Event interaction_card(
    const World& world, const Guild& guild, Snowflake user, Snowflake id, Rng& rng) {
  constexpr std::string_view kNames[] = {"ping", "play", "trivia", "rank", "help", "weather"};
  const std::string_view name = kNames[rng.below(std::size(kNames))];
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
       {"member", interaction_member_object(world, guild, user)},
       {"token", std::string(160, 'L')},
       {"version", 1},
       {"app_permissions", kAllPermissions},
       {"locale", "en-US"},
       {"guild_locale", "en-US"},
       {"entitlements", json::array{}},
       {"authorizing_integration_owners", {{"0", to_text(guild.id)}}},
       {"context", 0}});
}

Event some_card(const World& world, const Guild& guild, Snowflake id, Instant now, Rng& rng) {
  const Snowflake user = world.some_member(guild, rng);
  const Snowflake channel = channel_id(guild, 0);
  const double roll = rng.unit();
  if (roll < 0.35) {
    const std::string text = chat_line(rng) + " " + chat_line(rng);
    return message_create(
        world, &guild, user, message_object(world, {id, channel, &guild, user, now, text}));
  }
  if (roll < 0.50) return interaction_card(world, guild, user, id, rng);
  if (roll < 0.75) return presence_update(guild, user, rng.chance(0.5) ? "online" : "idle");
  if (roll < 0.90) return typing_start(world, guild, channel, user, now);
  return member_update(guild, member_object(world, guild, user));
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
