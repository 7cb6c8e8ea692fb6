#pragma once

// Numbers of the gateway protocol, version 10.
// See Discord Docs/Opcodes and Status Codes.

#include <cstdint>

namespace discern::sim {

enum class Op : int {
  Dispatch = 0,
  Heartbeat = 1,
  Identify = 2,
  PresenceUpdate = 3,
  VoiceStateUpdate = 4,
  Resume = 6,
  Reconnect = 7,
  RequestGuildMembers = 8,
  InvalidSession = 9,
  Hello = 10,
  HeartbeatAck = 11,
  RequestSoundboardSounds = 31,
  RequestChannelInfo = 43,
};

namespace close_code {
inline constexpr std::uint16_t kUnknownError = 4000;
inline constexpr std::uint16_t kUnknownOpcode = 4001;
inline constexpr std::uint16_t kDecodeError = 4002;
inline constexpr std::uint16_t kNotAuthenticated = 4003;
inline constexpr std::uint16_t kAuthenticationFailed = 4004;
inline constexpr std::uint16_t kAlreadyAuthenticated = 4005;
inline constexpr std::uint16_t kInvalidSequence = 4007;
inline constexpr std::uint16_t kRateLimited = 4008;
inline constexpr std::uint16_t kSessionTimedOut = 4009;
inline constexpr std::uint16_t kInvalidShard = 4010;
inline constexpr std::uint16_t kShardingRequired = 4011;
inline constexpr std::uint16_t kInvalidApiVersion = 4012;
inline constexpr std::uint16_t kInvalidIntents = 4013;
inline constexpr std::uint16_t kDisallowedIntents = 4014;
}  // namespace close_code

// What we say with a close frame.
const char* close_reason(std::uint16_t code);
// False when closing with this code, from either side, forgets the session.
bool keeps_session(std::uint16_t code);

inline constexpr std::size_t kMaxClientPayload = 4096;
// Outgoing payloads of a client per connection and minute.
inline constexpr std::size_t kClientPayloadsPerMinute = 120;
inline constexpr std::size_t kGuildsPerShard = 2500;

}  // namespace discern::sim
