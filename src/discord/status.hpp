#pragma once

// Window for web: the state of the shards, as it is now.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace discern::discord {

struct ShardStatus {
  std::uint32_t id = 0;
  std::string state;  // waiting, connecting, identifying, resuming, ready, stopped
  std::uint64_t guilds = 0;
  std::optional<double> heartbeat_rtt_seconds;
  std::optional<double> last_ack_age_seconds;
  std::optional<double> last_dispatch_age_seconds;
  std::uint64_t resumes = 0;
  std::uint64_t identifies = 0;
  std::string last_close;  // "4000 unknown error"; empty when the connection never ended.
};

struct IdentifyBudget {
  std::uint32_t total = 0;
  std::uint32_t remaining = 0;
  double reset_in_seconds = 0;
};

struct GatewayStatus {
  std::vector<ShardStatus> shards;
  std::optional<IdentifyBudget> identify_budget;
  std::uint64_t guilds = 0;
  std::uint64_t users = 0;
  // Why nothing works and what to change; empty when fine.
  std::string message;
};

// Thread-safe; never waits for the gateway thread.
class StatusSource {
 public:
  virtual ~StatusSource() = default;
  virtual GatewayStatus status() const = 0;
};

}  // namespace discern::discord
