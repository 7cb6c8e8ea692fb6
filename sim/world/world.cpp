#include "sim/world/world.hpp"

#include <algorithm>
#include <cmath>

#include "sim/world/vocabulary.hpp"

namespace discern::sim {
namespace {

// Accounts and guilds of the initial world were created between 2016 and 2025.
constexpr std::int64_t kOldestMs = 1451606400000;
constexpr std::int64_t kYoungestMs = 1735689600000;
constexpr std::uint64_t kMaxPopulation = 40'000'000;
// Marks people's ids, so that a foreign number is not taken for one.
constexpr std::uint32_t kUserMark = 0x20000;

// Sizes of guilds follow a power law: half have fewer than 40 members, a few have 100,000.
std::uint32_t member_count(Rng& rng) {
  const double size = 8.0 * std::pow(1.0 - rng.unit(), -1.0 / 0.62);
  return static_cast<std::uint32_t>(std::min(size, 180'000.0));
}

std::uint8_t locale_index(Rng& rng) {
  double at = rng.unit();
  for (std::size_t i = 0; i < locales().size(); ++i) {
    at -= locales()[i].share;
    if (at < 0) return static_cast<std::uint8_t>(i);
  }
  return 0;
}

}  // namespace

World::World(const WorldOptions& options, Instant now)
    : seed_(options.seed),
      application_id_(snowflake_at(Instant{Millis{kYoungestMs}} + std::chrono::days{9},
                                   static_cast<std::uint32_t>(mix(options.seed) & 0xFFFF))),
      population_(std::clamp<std::uint64_t>(options.guilds * 400, 5'000, kMaxPopulation)) {
  Rng rng(mix(seed_, 1));
  guilds_.reserve(options.guilds);
  while (guilds_.size() < options.guilds) {
    const Instant created{
        Millis{kOldestMs + static_cast<std::int64_t>(rng.below(kYoungestMs - kOldestMs))}};
    if (index_.contains(snowflake_at(created))) continue;
    Guild guild = make_guild(rng, created);
    guild.joined_at = now - std::chrono::hours{1 + rng.below(500 * 24)};
    insert(guild);
  }
}

Guild World::make_guild(Rng& rng, Instant created) const {
  Guild guild;
  guild.id = snowflake_at(created);
  guild.member_count = member_count(rng);
  guild.locale = locale_index(rng);
  guild.premium_tier =
      guild.member_count > 500 ? static_cast<std::uint8_t>(rng.below(4)) : std::uint8_t{0};
  return guild;
}

void World::insert(const Guild& guild) {
  index_.emplace(guild.id, guilds_.size());
  guilds_.push_back(guild);
  member_total_ += guild.member_count;
  most_active_ = std::max(most_active_, activity(guild));
}

Guild* World::find_guild(Snowflake id) {
  const auto found = index_.find(id);
  return found == index_.end() ? nullptr : &guilds_[found->second];
}

const Guild* World::find_guild(Snowflake id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? nullptr : &guilds_[found->second];
}

const Guild* World::find_guild_of_channel(Snowflake channel) const {
  const Guild* guild = find_guild(guild_of(channel));
  if (guild == nullptr) return nullptr;
  const std::uint64_t part = bits(channel) & 0x3FFFFFU;
  const bool known = part >= kFirstChannel && part < kFirstChannel + channel_count(*guild);
  return known ? guild : nullptr;
}

const Guild& World::add_guild(Rng& rng, Instant now) {
  Instant created = now;
  while (index_.contains(snowflake_at(created))) created -= Millis{1};
  Guild guild = make_guild(rng, created);
  // Whoever invites a bot has a guild already; it is as old as the others.
  guild.joined_at = now;
  insert(guild);
  return guilds_.back();
}

bool World::remove_guild(Snowflake id) {
  const auto found = index_.find(id);
  if (found == index_.end()) return false;
  const std::size_t at = found->second;
  member_total_ -= guilds_[at].member_count;
  guilds_[at] = guilds_.back();
  index_[guilds_[at].id] = at;
  guilds_.pop_back();
  index_.erase(id);
  return true;
}

void World::change_members(Guild& guild, int by) {
  if (by < 0 && guild.member_count < static_cast<std::uint32_t>(1 - by)) return;
  guild.member_count = static_cast<std::uint32_t>(static_cast<int>(guild.member_count) + by);
  member_total_ = static_cast<std::uint64_t>(static_cast<std::int64_t>(member_total_) + by);
}

Snowflake World::member_id(const Guild& guild, std::uint64_t k) const {
  const std::uint64_t person = mix(bits(guild.id) ^ seed_, k) % population_;
  const std::uint64_t step = (kYoungestMs - kOldestMs) / population_;
  const Instant created{Millis{kOldestMs + static_cast<std::int64_t>(person * step)}};
  return snowflake_at(created, kUserMark);
}

bool World::is_user(Snowflake id) const {
  const std::int64_t since = epoch_ms(created_at(id)) - kOldestMs;
  return (bits(id) & 0x3FFFFFU) == kUserMark && since >= 0 &&
         since % static_cast<std::int64_t>((kYoungestMs - kOldestMs) / population_) == 0;
}

std::optional<Snowflake> World::user_of_dm_channel(Snowflake channel) const {
  const Snowflake user = Snowflake{bits(channel) - 1};
  return is_user(user) ? std::optional(user) : std::nullopt;
}

Snowflake World::some_member(const Guild& guild, Rng& rng) const {
  return member_id(guild, rng.skewed(guild.member_count, 3.0));
}

Snowflake World::some_channel(const Guild& guild, Rng& rng) const {
  return channel_id(guild, rng.skewed(channel_count(guild), 2.0));
}

// Ten times the members make about four times the traffic.
double World::activity(const Guild& guild) const {
  return std::pow(static_cast<double>(guild.member_count) + 1.0, 0.6);
}

Guild* World::some_guild(Rng& rng) {
  if (guilds_.empty()) return nullptr;
  Guild* chosen = nullptr;
  // Rejection sampling with a bound: what is left of the skew after 64 tries does not matter.
  for (int i = 0; i < 64; ++i) {
    Guild& candidate = guilds_[rng.below(guilds_.size())];
    if (!candidate.available) continue;
    chosen = &candidate;
    if (rng.unit() * most_active_ < activity(candidate)) break;
  }
  return chosen;
}

std::string World::guild_name_of(Snowflake id) const {
  return guild_name(mix(seed_, bits(id)));
}

std::string World::user_name_of(Snowflake id) const {
  return user_name(mix(bits(id)));
}

}  // namespace discern::sim
