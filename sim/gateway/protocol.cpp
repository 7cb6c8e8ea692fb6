#include "sim/gateway/protocol.hpp"

namespace discern::sim {

const char* close_reason(std::uint16_t code) {
  switch (code) {
    case close_code::kUnknownError:
      return "Unknown error.";
    case close_code::kUnknownOpcode:
      return "Unknown opcode.";
    case close_code::kDecodeError:
      return "Error while decoding payload.";
    case close_code::kNotAuthenticated:
      return "Not authenticated.";
    case close_code::kAuthenticationFailed:
      return "Authentication failed.";
    case close_code::kAlreadyAuthenticated:
      return "Already authenticated.";
    case close_code::kInvalidSequence:
      return "Invalid seq.";
    case close_code::kRateLimited:
      return "Rate limited.";
    case close_code::kSessionTimedOut:
      return "Session timed out.";
    case close_code::kInvalidShard:
      return "Invalid shard.";
    case close_code::kShardingRequired:
      return "Sharding required.";
    case close_code::kInvalidApiVersion:
      return "Invalid API version.";
    case close_code::kInvalidIntents:
      return "Invalid intent(s).";
    case close_code::kDisallowedIntents:
      return "Disallowed intent(s).";
    default:
      return "";
  }
}

bool keeps_session(std::uint16_t code) {
  switch (code) {
    case 1000:
    case 1001:
    case close_code::kNotAuthenticated:
    case close_code::kAuthenticationFailed:
    case close_code::kInvalidSequence:
    case close_code::kSessionTimedOut:
    case close_code::kInvalidShard:
    case close_code::kShardingRequired:
    case close_code::kInvalidApiVersion:
    case close_code::kInvalidIntents:
    case close_code::kDisallowedIntents:
      return false;
    default:
      return true;
  }
}

}  // namespace discern::sim
