#include "sim/life/life.hpp"

#include <array>
#include <tuple>

#include "sim/life/events.hpp"
#include "sim/life/option_values.hpp"
#include "sim/life/start_interaction.hpp"
#include "sim/world/vocabulary.hpp"

namespace discern::sim {
namespace {

enum Kind : std::size_t {
  kMessage,
  kCommand,
  kTyping,
  kPresence,
  kReaction,
  kEdit,
  kDelete,
  kVoice,
  kJoin,
  kLeave,
  kRename,
  kGuildJoin,
  kGuildLeave,
  kOutage,
  kKinds
};

struct Mix {
  double weight;
  Intents needs;  // Left out when no session has any of these.
};

// Shares of what happens, of those that somebody listens to.
constexpr std::array<Mix, kKinds> kMix = {{{60, intent::kGuildMessages},
                                           {14, 0},
                                           {14, intent::kGuildMessageTyping},
                                           {12, intent::kGuildPresences},
                                           {7, intent::kGuildMessageReactions},
                                           {2, intent::kGuildMessages},
                                           {1, intent::kGuildMessages},
                                           {1, intent::kGuildVoiceStates},
                                           {0.9, intent::kGuildMembers},
                                           {0.6, intent::kGuildMembers},
                                           {0.1, intent::kGuilds},
                                           {0.16, intent::kGuilds},
                                           {0.11, intent::kGuilds},
                                           {0.06, intent::kGuilds}}};

constexpr std::size_t kRecent = 500;
constexpr std::size_t kMostAtOnce = 2000;
constexpr std::array<std::string_view, 4> kStatuses = {"online", "idle", "dnd", "offline"};

}  // namespace

Life::Life(State& state, const LifeOptions& options, Instant now)
    : state_(state),
      options_(options),
      rhythm_(now, options.day),
      rng_(mix(state.world.seed(), 23)),
      last_(now) {}

void Life::on_tick(Instant now) {
  return_guilds(now);
  if (paused_ || options_.rate <= 0) return;
  answer_invitations(now);
  const double seconds = static_cast<double>((now - last_).count()) / 1000.0;
  last_ = now;
  owed_ += options_.rate * rhythm_.at(now) * seconds * rng_.exponential(1.0);
  for (std::size_t n = 0; owed_ >= 1.0 && n < kMostAtOnce; ++n) {
    owed_ -= 1.0;
    happen(now);
  }
}

void Life::happen(Instant now) {
  const Intents heard = state_.gateway.heard_intents();
  std::array<double, kKinds> weights{};
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    weights[kind] = lets_through(heard, kMix[kind].needs) ? kMix[kind].weight : 0.0;
  }
  if (options_.same_guilds) weights[kGuildJoin] = weights[kGuildLeave] = 0.0;
  const std::size_t kind = rng_.weighted(weights);
  ++happened_;
  if (kind == kEdit || kind == kDelete || kind == kReaction) return touch_a_message(kind, now);
  if (kind == kGuildJoin || kind == kGuildLeave)
    return join_or_leave_guild(kind == kGuildJoin, now);
  // People of other time zones are awake at other times.
  Guild* guild = state_.world.some_guild(rng_);
  for (int tries = 0; guild != nullptr && tries < 4; ++tries) {
    const double awake = rhythm_.at(now, locales()[guild->locale].phase);
    if (rng_.unit() * Rhythm::kPeak < awake) break;
    guild = state_.world.some_guild(rng_);
  }
  if (guild != nullptr) happen_in(*guild, kind, now);
}

void Life::happen_in(Guild& guild, std::size_t kind, Instant now) {
  const World& world = state_.world;
  switch (kind) {
    case kMessage:
      return chat(guild, now);
    case kCommand:
      return use_some_command(guild, now);
    case kTyping:
      state_.gateway.dispatch(
          typing_start(
              world, guild, world.some_channel(guild, rng_), world.some_member(guild, rng_), now),
          now);
      return;
    case kPresence:
      state_.gateway.dispatch(
          presence_update(
              guild, world.some_member(guild, rng_), kStatuses[rng_.below(kStatuses.size())]),
          now);
      return;
    case kVoice:
      state_.gateway.dispatch(
          voice_state_update(world, guild, world.some_member(guild, rng_), rng_.chance(0.5)), now);
      return;
    case kJoin:
    case kLeave:
      return come_or_go(guild, kind == kJoin, now);
    case kRename:
      state_.gateway.dispatch(guild_update(world, guild), now);
      return;
    default:
      return take_down(guild, now);
  }
}

void Life::chat(const Guild& guild, Instant now) {
  const World& world = state_.world;
  const Snowflake channel = channel_id(guild, rng_.skewed(channel_count(guild) - 1, 2.0));
  const Snowflake author = world.some_member(guild, rng_);
  const Snowflake id = state_.ids.next(now);
  const std::string text = chat_line(rng_);
  json::object message = message_object(world, {id, channel, &guild, author, now, text});
  state_.gateway.dispatch(message_create(world, &guild, author, message), now);
  state_.messages.put(id, std::move(message));
  recent_.emplace_back(channel, id);
  if (recent_.size() > kRecent) recent_.pop_front();
}

void Life::touch_a_message(std::size_t kind, Instant now) {
  if (recent_.empty()) return;
  const std::size_t index = recent_.size() - 1 - rng_.skewed(recent_.size(), 2.0);
  const auto [channel, id] = recent_[index];
  const Guild* guild = state_.world.find_guild_of_channel(channel);
  json::object* message = state_.messages.find(id);
  if (guild == nullptr || message == nullptr) return;
  const Snowflake member = state_.world.some_member(*guild, rng_);
  if (kind == kReaction) {
    const ReactionPlace place{channel, id, member};
    state_.gateway.dispatch(reaction_add(state_.world, guild, place, emoji(rng_)), now);
  } else if (kind == kEdit) {
    (*message)["content"] = chat_line(rng_);
    (*message)["edited_timestamp"] = iso_time(now);
    const json::object& author = message->at("author").as_object();
    const auto user = parse_snowflake(author.at("id").as_string().c_str()).value_or(member);
    state_.gateway.dispatch(message_update(state_.world, guild, user, *message), now);
  } else {
    state_.gateway.dispatch(message_delete(guild, channel, id), now);
    state_.messages.erase(id);
    recent_.erase(recent_.begin() + static_cast<std::ptrdiff_t>(index));
  }
}

void Life::use_some_command(const Guild& guild, Instant now) {
  const auto usable = state_.commands.usable_in(guild.id);
  if (usable.empty()) return chat(guild, now);
  // Early commands of the list are the popular ones; each world has its own order.
  const std::size_t rank = rng_.skewed(usable.size(), 2.2);
  const std::size_t index = (rank + mix(state_.world.seed()) % usable.size()) % usable.size();
  const json::object& command = *usable[index];
  CommandUse use;
  std::tie(use.type, use.path) = key_of(command);
  use.guild = guild.id;
  use.user = state_.world.some_member(guild, rng_);
  if (has_autocomplete(command) && rng_.chance(0.7)) {
    use.autocomplete = true;
    static_cast<void>(use_command(state_, use, now).ok());
    use.autocomplete = false;
  }
  static_cast<void>(use_command(state_, use, now).ok());
}

void Life::come_or_go(Guild& guild, bool come, Instant now) {
  const Snowflake user = state_.world.member_id(guild, rng_.next());
  state_.world.change_members(guild, come ? 1 : -1);
  state_.gateway.dispatch(
      come ? member_add(state_.world, guild, user) : member_remove(state_.world, guild, user), now);
}

void Life::join_or_leave_guild(bool join, Instant now) {
  if (join) {
    const Guild& guild = state_.world.add_guild(rng_, now);
    state_.gateway.dispatch(guild_create(state_.world, guild), now);
    return;
  }
  // Small guilds leave more easily, and the world does not empty itself.
  if (state_.world.guilds().size() < 5) return;
  const Guild& guild = state_.world.guilds()[rng_.below(state_.world.guilds().size())];
  if (guild.member_count > 2000) return;
  const Snowflake id = guild.id;
  state_.world.remove_guild(id);
  state_.gateway.dispatch(guild_delete(id), now);
}

void Life::take_down(Guild& guild, Instant now) {
  state_.world.set_available(guild, false);
  state_.gateway.dispatch(guild_outage(guild.id), now);
  const Millis lasts{static_cast<std::int64_t>(2000 + rng_.exponential(15'000))};
  returns_.emplace(now + lasts, guild.id);
}

void Life::return_guilds(Instant now) {
  while (!returns_.empty() && returns_.begin()->first <= now) {
    Guild* guild = state_.world.find_guild(returns_.begin()->second);
    returns_.erase(returns_.begin());
    if (guild == nullptr || guild->available) continue;
    state_.world.set_available(*guild, true);
    state_.gateway.dispatch(guild_create(state_.world, *guild), now);
  }
}

void Life::answer_invitations(Instant now) {
  while (!state_.invitations.empty()) {
    Invitation invitation = std::move(state_.invitations.front());
    state_.invitations.pop_front();
    const bool modal = !invitation.message;
    if (invitation.user == Snowflake{} || !rng_.chance(modal ? 0.8 : 0.5)) continue;
    const Millis after{static_cast<std::int64_t>(800 + rng_.exponential(3000))};
    answers_.emplace(now + after, std::move(invitation));
  }
  while (!answers_.empty() && answers_.begin()->first <= now) {
    static_cast<void>(answer_invitation(state_, answers_.begin()->second, now).ok());
    answers_.erase(answers_.begin());
  }
}

}  // namespace discern::sim
