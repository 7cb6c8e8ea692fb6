#pragma once

// Window for web: the state of the shards and of the REST limits, as it is now.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace discern::discord {

struct ShardStatus {
  std::uint32_t id = 0;
  std::string state;  // waiting, connecting, identifying, resuming, ready, stopped
  std::optional<std::uint64_t> guilds;  // Unknown before the first READY.
  std::uint64_t guilds_pending = 0;     // Named by READY and not come yet.
  std::optional<double> heartbeat_rtt_seconds;
  std::optional<double> last_ack_age_seconds;
  std::optional<double> last_dispatch_age_seconds;
  std::uint64_t resumes = 0;
  std::uint64_t identifies = 0;
  std::uint64_t missed_heartbeats = 0;
  std::uint64_t closes = 0;  // Connections that ended, by whichever side.
  std::string last_close;    // "4000 unknown error"; empty when the connection never ended.
  // "READY", "HELLO", "12 guilds"; empty when it waits for nothing. And for how long.
  std::string waits_for;
  std::optional<double> waits_seconds;
  std::optional<double> not_ready_seconds;  // Nothing while the shard is ready or stopped.
  // Connections and attempts to connect without a READY or RESUMED, since the last one.
  std::uint32_t failures_in_a_row = 0;
};

struct IdentifyBudget {
  std::uint32_t total = 0;
  std::uint32_t remaining = 0;
  double reset_in_seconds = 0;
};

struct GatewayStatus {
  std::vector<ShardStatus> shards;  // Those of this process.
  std::uint32_t shard_count = 0;    // Of the whole bot; 0 while it is not known.
  std::optional<IdentifyBudget> identify_budget;
  // Unknown until each shard of this process has said which guilds it has, users until these came.
  std::optional<std::uint64_t> guilds;
  std::optional<std::uint64_t> users;
  // With the intent GUILD_MEMBERS every joining and leaving member is counted. Without it, counts
  // are asked for again and again, and the oldest of them has this age; nothing: not known.
  bool users_exact = false;
  std::optional<double> users_age_seconds;
  std::uint64_t unavailable_guilds = 0;  // Of the guilds, those with an outage.
  // Why nothing works and what to change; empty when fine.
  std::string message;
  // What works but not as it should, and what to change.
  std::vector<std::string> warnings;
};

// The rate limit of one route. Each channel, guild or webhook has a bucket of its own; what is said
// is of the fullest.
struct RouteLimit {
  std::string route;   // "POST /channels/{}/messages"
  std::string bucket;  // As Discord calls it; routes with the same one share it. Empty: not known.
  std::uint64_t buckets = 0;
  std::uint32_t limit = 0;
  std::uint32_t remaining = 0;
  double reset_in_seconds = 0;
  std::uint64_t waiting = 0;  // Requests, over all buckets.
  bool blocked = false;       // By a 429 that is not over.
};

struct RestStatus {
  std::vector<RouteLimit> routes;  // Sorted by name.
  std::uint64_t waiting = 0;       // Requests that wait, for a limit or to be tried again.
  // Of the limit for all of the bot's requests together.
  std::uint32_t global_used = 0;  // In the last second.
  std::uint32_t global_limit = 0;
  double global_blocked_seconds = 0;  // Left of a global 429; 0 when there is none.
  // Answers 401, 403 and 429 in the last ten minutes. From the limit on only interactions are
  // answered; Discord bans the address at 10,000.
  std::uint32_t invalid = 0;
  std::uint32_t invalid_limit = 0;
  bool token_refused = false;
};

// Thread-safe; never waits for the gateway thread.
class StatusSource {
 public:
  virtual ~StatusSource() = default;
  virtual GatewayStatus status() const = 0;
  // At most a second old.
  virtual RestStatus rest_status() const { return {}; }
};

}  // namespace discern::discord
