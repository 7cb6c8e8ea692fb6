#pragma once

// The families the gateway thread owns, resolved once.

#include <atomic>
#include <string_view>
#include <vector>

#include "discord/gateway/activity.hpp"
#include "discord/gateway/guild_cache.hpp"
#include "discord/model/event_type.hpp"
#include "discord/model/opcode.hpp"
#include "metrics/registry.hpp"

namespace discern::discord {

// Gateway thread only, but for its making.
class GatewayMetrics {
 public:
  explicit GatewayMetrics(metrics::Registry& registry);

  void count_event(EventType type, std::string_view name);
  void count_sent(Op op);
  // Shows what is known; what is not known yet has no sample.
  void show_guilds(const GuildCache::Totals& totals);
  // Makes the two gauges of the IDENTIFY budget.
  void begin_budget(metrics::Registry& registry);

  metrics::Counter bytes_compressed;
  metrics::Counter bytes_raw;
  metrics::Counter identifies;
  metrics::Counter resumes;
  metrics::Counter invalid_sessions;
  metrics::Counter given_up;     // Sessions that could not be resumed.
  metrics::Counter bad_stream;   // Compressed bytes that are broken or too large.
  metrics::Counter bad_payload;  // Not a gateway payload.
  metrics::Counter bad_fields;   // A field that is needed is missing or of another kind.
  metrics::Counter unknown_op;   // Tolerated.
  metrics::Counter joins;
  metrics::Counter leaves;
  metrics::Counter messages_person;
  metrics::Counter messages_bot;
  metrics::Counter messages_webhook;
  metrics::Gauge identify_remaining;
  metrics::Gauge identify_reset;
  Activity activity;
  // Any thread. Below zero: not known yet.
  std::atomic<std::int64_t> guilds_now{-1};
  std::atomic<std::int64_t> users_now{-1};
  std::atomic<std::uint64_t> unavailable_now{0};

 private:
  metrics::Family<metrics::Counter>& events_;
  metrics::Family<metrics::Counter>& sends_;
  metrics::Gauge guilds_;
  metrics::Gauge unavailable_;
  metrics::Gauge users_;
  // By EventType; made at the first event of its type, so that only types that happen are series.
  std::vector<metrics::Counter> by_type_;
};

}  // namespace discern::discord
