#pragma once

// Discord's 64-bit ids: milliseconds since 2015 in the upper 42 bits, the rest tells apart what was
// made in the same millisecond.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/instant.hpp"

namespace discern::sim {

enum class Snowflake : std::uint64_t {};

inline constexpr std::int64_t kDiscordEpochMs = 1420070400000;

constexpr std::uint64_t bits(Snowflake id) {
  return static_cast<std::uint64_t>(id);
}
constexpr Snowflake offset_by(Snowflake id, std::uint64_t n) {
  return Snowflake{bits(id) + n};
}

constexpr Snowflake snowflake_at(Instant at, std::uint32_t low_bits = 0) {
  return Snowflake{(static_cast<std::uint64_t>(epoch_ms(at) - kDiscordEpochMs) << 22) |
                   (low_bits & 0x3FFFFFU)};
}
constexpr Instant created_at(Snowflake id) {
  return Instant{Millis{static_cast<std::int64_t>(bits(id) >> 22) + kDiscordEpochMs}};
}

// The shard that hears of a guild and of everything that bears the guild's id.
// See Discord Docs/Gateway, Sharding.
constexpr std::uint32_t shard_of(Snowflake guild, std::uint32_t shard_count) {
  return static_cast<std::uint32_t>((bits(guild) >> 22) % shard_count);
}

inline std::string to_text(Snowflake id) {
  return std::to_string(bits(id));
}
// Decimal digits only; nothing else may surround them.
std::optional<Snowflake> parse_snowflake(std::string_view text);

// Ids for what is created now: strictly increasing, unique within this generator.
class SnowflakeSource {
 public:
  Snowflake next(Instant now);

 private:
  Instant last_{};
  std::uint32_t increment_ = 0;
};

// ISO 8601 with microseconds and offset, as Discord prints times.
std::string iso_time(Instant at);
// "Tue, 01 Dec 2026 12:00:00 GMT", for the Date header.
std::string http_date(Instant at);

}  // namespace discern::sim
