#pragma once

// Which events a session hears of.
// See Discord Docs/Gateway, List of Intents.

#include <cstdint>
#include <string_view>

namespace discern::sim {

using Intents = std::uint32_t;

namespace intent {
inline constexpr Intents kGuilds = 1U << 0;
inline constexpr Intents kGuildMembers = 1U << 1;
inline constexpr Intents kGuildModeration = 1U << 2;
inline constexpr Intents kGuildExpressions = 1U << 3;
inline constexpr Intents kGuildIntegrations = 1U << 4;
inline constexpr Intents kGuildWebhooks = 1U << 5;
inline constexpr Intents kGuildInvites = 1U << 6;
inline constexpr Intents kGuildVoiceStates = 1U << 7;
inline constexpr Intents kGuildPresences = 1U << 8;
inline constexpr Intents kGuildMessages = 1U << 9;
inline constexpr Intents kGuildMessageReactions = 1U << 10;
inline constexpr Intents kGuildMessageTyping = 1U << 11;
inline constexpr Intents kDirectMessages = 1U << 12;
inline constexpr Intents kDirectMessageReactions = 1U << 13;
inline constexpr Intents kDirectMessageTyping = 1U << 14;
inline constexpr Intents kMessageContent = 1U << 15;
inline constexpr Intents kGuildScheduledEvents = 1U << 16;
inline constexpr Intents kAutoModerationConfiguration = 1U << 20;
inline constexpr Intents kAutoModerationExecution = 1U << 21;
inline constexpr Intents kGuildMessagePolls = 1U << 24;
inline constexpr Intents kDirectMessagePolls = 1U << 25;
inline constexpr Intents kPrivileged = kGuildMembers | kGuildPresences | kMessageContent;
}  // namespace intent

enum class Place { Guild, Direct };

// Any one of these bits lets the event through; 0 means that no intent is needed. Types this table
// does not know need none.
Intents required_intents(std::string_view event_type, Place place);

inline bool lets_through(Intents granted, Intents required) {
  return required == 0 || (granted & required) != 0;
}

// False when a bit is set that Discord has not assigned (close code 4013).
bool are_assigned(std::uint64_t intents);

}  // namespace discern::sim
