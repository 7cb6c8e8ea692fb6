#pragma once

// Gateway close codes and what each one allows. See Discord Docs/Opcodes and Status Codes.

#include <cstdint>
#include <string>
#include <string_view>

namespace discern::discord {

enum class CloseCode : std::uint16_t {
  None = 0,  // Dropped without a close frame.
  Normal = 1000,
  GoingAway = 1001,
  UnknownError = 4000,
  UnknownOpcode = 4001,
  DecodeError = 4002,
  NotAuthenticated = 4003,
  AuthenticationFailed = 4004,
  AlreadyAuthenticated = 4005,
  InvalidSequence = 4007,
  RateLimited = 4008,
  SessionTimedOut = 4009,
  InvalidShard = 4010,
  ShardingRequired = 4011,
  InvalidApiVersion = 4012,
  InvalidIntents = 4013,
  DisallowedIntents = 4014,
};

// Two questions about one code: may we come back, and does the session survive?
struct CloseRule {
  CloseCode code;
  std::string_view meaning;  // "session timed out"
  bool reconnect;
  bool resume;
  // For codes that stop: what a person has to change.
  std::string_view advice;
};

// The rule of a code; codes without one of their own may reconnect and resume.
const CloseRule& find_close_rule(std::uint16_t code);

inline bool can_reconnect(std::uint16_t code) {
  return find_close_rule(code).reconnect;
}
inline bool keeps_session(std::uint16_t code) {
  return find_close_rule(code).resume;
}

// "4009 session timed out"; "dropped" for 0.
std::string describe_close(std::uint16_t code);

}  // namespace discern::discord
