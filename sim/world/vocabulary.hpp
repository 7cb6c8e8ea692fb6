#pragma once

// The words the world is made of. Every function is pure: the same seed gives the same words.

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/world/rng.hpp"

namespace discern::sim {

struct Locale {
  std::string_view code;
  double share;  // Of all guilds.
  double phase;  // Of the day, 0 to 1, by which its people are awake earlier.
};

std::span<const Locale> locales();

std::string guild_name(std::uint64_t seed);
std::string user_name(std::uint64_t seed);
std::string channel_name(std::size_t index);
std::string chat_line(Rng& rng);
// A believable value for a free text option, chosen by the option's name.
std::string option_text(Rng& rng, std::string_view option_name);
std::string_view emoji(Rng& rng);

inline constexpr std::size_t kChannelNames = 16;

}  // namespace discern::sim
