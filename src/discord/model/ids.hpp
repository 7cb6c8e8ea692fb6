#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace discern::discord {

// A Discord snowflake. The tag keeps a guild from being mistaken for a channel; 0 means none.
template <class Tag>
struct Id {
  std::uint64_t value = 0;

  explicit operator bool() const { return value != 0; }
  auto operator<=>(const Id&) const = default;
  std::string text() const { return std::to_string(value); }

  // When Discord made it: the upper 42 bits are milliseconds since 2015-01-01T00:00:00Z.
  std::chrono::system_clock::time_point created() const {
    constexpr std::int64_t kDiscordEpochMs = 1420070400000;
    return std::chrono::system_clock::time_point(
        std::chrono::milliseconds(static_cast<std::int64_t>(value >> 22) + kDiscordEpochMs));
  }
};

using GuildId = Id<struct GuildTag>;
using ChannelId = Id<struct ChannelTag>;
using ApplicationId = Id<struct ApplicationTag>;
using UserId = Id<struct UserTag>;
using InteractionId = Id<struct InteractionTag>;

}  // namespace discern::discord

template <class Tag>
struct std::hash<discern::discord::Id<Tag>> {
  std::size_t operator()(discern::discord::Id<Tag> id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value ^ (id.value >> 22));
  }
};
