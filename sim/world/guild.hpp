#pragma once

#include <cstdint>
#include <optional>

#include "sim/instant.hpp"
#include "sim/world/snowflake.hpp"

namespace discern::sim {

// What must be remembered of a guild. Everything else (names, channels, members) is worked out from
// the id, so that 100,000 guilds fit in a few megabytes.
struct Guild {
  Snowflake id{};
  std::uint32_t member_count = 0;
  std::uint8_t locale = 0;  // Index into locales().
  std::uint8_t premium_tier = 0;
  bool available = true;
  Instant joined_at{};  // When the bot joined.
};

// The low 22 bits of a guild's own id are zero; its channels and roles take ids above it, so that
// both lead back to their guild and have its shard.
inline constexpr std::uint64_t kFirstChannel = 1;
inline constexpr std::uint64_t kFirstRole = 0x10000;
inline constexpr std::size_t kRoles = 4;  // Beside @everyone, whose id is the guild's.

constexpr Snowflake guild_of(Snowflake part) {
  return Snowflake{bits(part) & ~0x3FFFFFULL};
}

constexpr std::size_t channel_count(const Guild& guild) {
  return guild.member_count < 50 ? 3 : guild.member_count < 1000 ? 7 : 14;
}
constexpr Snowflake channel_id(const Guild& guild, std::size_t index) {
  return offset_by(guild.id, kFirstChannel + index);
}
constexpr Snowflake role_id(const Guild& guild, std::size_t index) {
  return offset_by(guild.id, kFirstRole + index);
}

}  // namespace discern::sim
