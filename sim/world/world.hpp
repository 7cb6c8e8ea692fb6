#pragma once

// Who and what exists: guilds, their members and channels, the bot itself.
//
// Pure: no clock, no socket. The same seed and calls give the same world. Not thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/world/guild.hpp"
#include "sim/world/rng.hpp"
#include "sim/world/snowflake.hpp"

namespace discern::sim {

struct WorldOptions {
  std::uint64_t seed = 1;
  std::size_t guilds = 120;
};

class World {
 public:
  World(const WorldOptions& options, Instant now);

  Snowflake application_id() const { return application_id_; }
  // The bot's user id. Discord gives both the same value for younger applications.
  Snowflake bot_id() const { return application_id_; }
  std::uint64_t seed() const { return seed_; }

  const std::vector<Guild>& guilds() const { return guilds_; }
  Guild* find_guild(Snowflake id);
  const Guild* find_guild(Snowflake id) const;
  // The guild a channel (or role) of the initial set belongs to; null for direct messages and
  // unknown ids.
  const Guild* find_guild_of_channel(Snowflake channel) const;
  std::uint64_t member_total() const { return member_total_; }

  // References to guilds are invalidated by both.
  const Guild& add_guild(Rng& rng, Instant now);
  bool remove_guild(Snowflake id);

  void set_available(Guild& guild, bool available) { guild.available = available; }
  void change_members(Guild& guild, int by);

  // The k-th member, 0 <= k < member_count; low numbers are the most talkative ones.
  Snowflake member_id(const Guild& guild, std::uint64_t k) const;
  Snowflake some_member(const Guild& guild, Rng& rng) const;
  Snowflake some_channel(const Guild& guild, Rng& rng) const;
  // In proportion to activity: big guilds often, small ones seldom. Null when no guild is up.
  Guild* some_guild(Rng& rng);

  // A person's direct-message channel with the bot, and back.
  static Snowflake dm_channel(Snowflake user) { return offset_by(user, 1); }
  std::optional<Snowflake> user_of_dm_channel(Snowflake channel) const;
  bool is_user(Snowflake id) const;

  std::string name_of(const Guild& guild) const { return guild_name_of(guild.id); }
  std::string guild_name_of(Snowflake id) const;
  std::string user_name_of(Snowflake id) const;

 private:
  Guild make_guild(Rng& rng, Instant created) const;
  void insert(const Guild& guild);
  double activity(const Guild& guild) const;

  std::uint64_t seed_;
  Snowflake application_id_;
  std::uint64_t population_;
  std::vector<Guild> guilds_;
  std::unordered_map<Snowflake, std::size_t> index_;
  std::uint64_t member_total_ = 0;
  double most_active_ = 1;
};

}  // namespace discern::sim
