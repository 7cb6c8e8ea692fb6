#pragma once

// Gateway intents: which events Discord sends. See Discord Docs/Gateway, Gateway Intents.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace discern::discord {

using Intents = std::uint64_t;

namespace intent {
inline constexpr Intents kGuilds = 1u << 0;
inline constexpr Intents kGuildMembers = 1u << 1;
inline constexpr Intents kGuildPresences = 1u << 8;
inline constexpr Intents kGuildMessages = 1u << 9;
inline constexpr Intents kDirectMessages = 1u << 12;
inline constexpr Intents kMessageContent = 1u << 15;
// Those that must be switched on in the developer portal.
inline constexpr Intents kPrivileged = kGuildMembers | kGuildPresences | kMessageContent;
}  // namespace intent

// The bit of a name as Discord writes it, "GUILD_MESSAGES"; nothing for an unknown name.
std::optional<Intents> find_intent(std::string_view name);
// "GUILDS, GUILD_MESSAGES"; bits without a name as "bit 30".
std::string describe_intents(Intents intents);

}  // namespace discern::discord
