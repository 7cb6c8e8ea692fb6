#include "discord/gateway/gateway_metrics.hpp"

#include "metrics/catalogue.hpp"

namespace discern::discord {

namespace catalogue = metrics::catalogue;

GatewayMetrics::GatewayMetrics(metrics::Registry& registry)
    : bytes_compressed(registry.counter(catalogue::kGatewayBytes, "compressed")),
      bytes_raw(registry.counter(catalogue::kGatewayBytes, "raw")),
      identifies(registry.counter(catalogue::kGatewayConnects, "identify")),
      resumes(registry.counter(catalogue::kGatewayConnects, "resume")),
      invalid_sessions(registry.counter(catalogue::kGatewayConnects, "invalid_session")),
      given_up(registry.counter(catalogue::kGatewayConnects, "given_up")),
      bad_stream(registry.counter(catalogue::kGatewayParseErrors, "stream")),
      bad_payload(registry.counter(catalogue::kGatewayParseErrors, "payload")),
      bad_fields(registry.counter(catalogue::kGatewayParseErrors, "fields")),
      unknown_op(registry.counter(catalogue::kGatewayParseErrors, "unknown_op")),
      joins(registry.counter(catalogue::kGuildJoins)),
      leaves(registry.counter(catalogue::kGuildLeaves)),
      messages_person(registry.counter(catalogue::kMessages, "person")),
      messages_bot(registry.counter(catalogue::kMessages, "bot")),
      messages_webhook(registry.counter(catalogue::kMessages, "webhook")),
      activity(registry),
      events_(registry.counters(catalogue::kGatewayEvents)),
      sends_(registry.counters(catalogue::kGatewaySends)),
      guilds_(registry.gauge(catalogue::kGuilds)),
      unavailable_(registry.gauge(catalogue::kUnavailableGuilds)),
      users_(registry.gauge(catalogue::kUsers)),
      by_type_(known_event_count()) {}

void GatewayMetrics::count_event(EventType type, std::string_view name) {
  if (type == EventType::Unknown) return events_.with(name).add();
  metrics::Counter& counter = by_type_[static_cast<std::size_t>(type)];
  if (counter.slot() == metrics::kNoSlot) [[unlikely]]
    counter = events_.with(name);
  counter.add();
}

void GatewayMetrics::begin_budget(metrics::Registry& registry) {
  identify_remaining = registry.gauge(catalogue::kIdentifyRemaining);
  identify_reset = registry.gauge(catalogue::kIdentifyReset);
}

void GatewayMetrics::count_sent(Op op) {
  sends_.with(to_string(op)).add();
}

void GatewayMetrics::show_guilds(const GuildCache::Totals& totals) {
  if (!totals.guilds_known) return;
  guilds_now.store(static_cast<std::int64_t>(totals.guilds), std::memory_order_relaxed);
  unavailable_now.store(totals.unavailable, std::memory_order_relaxed);
  guilds_.set(static_cast<double>(totals.guilds));
  unavailable_.set(static_cast<double>(totals.unavailable));
  if (!totals.users_known) return;
  users_now.store(static_cast<std::int64_t>(totals.users), std::memory_order_relaxed);
  users_.set(static_cast<double>(totals.users));
}

}  // namespace discern::discord
