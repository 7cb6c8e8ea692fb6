#include "discord/gateway/shard_cells.hpp"

#include "metrics/catalogue.hpp"

namespace discern::discord {

namespace catalogue = metrics::catalogue;

ShardCells::ShardCells(std::uint32_t shard, metrics::Registry& registry, SteadyTime now)
    : id(shard), made_at_(now), closes_by_code_(registry.counters(catalogue::kGatewayCloses)) {
  const std::string label = std::to_string(shard);
  round_trips_ = registry.histogram(catalogue::kHeartbeatRtt, label);
  missed_ = registry.counter(catalogue::kHeartbeatMissed, label);
  ready_ = registry.gauge(catalogue::kShardReady, label);
  ack_age_ = registry.gauge(catalogue::kLastAckAge, label);
  dispatch_age_ = registry.gauge(catalogue::kLastDispatchAge, label);
}

void ShardCells::set_state(ShardFsm::State state) {
  state_.store(state, std::memory_order_relaxed);
  ready_.set(state == ShardFsm::State::Live ? 1 : 0);
}

void ShardCells::on_ack(SteadyTime at, std::chrono::nanoseconds round_trip) {
  store(last_ack_, at);
  round_trip_.store(round_trip.count(), std::memory_order_relaxed);
  round_trips_.observe(round_trip);
}

void ShardCells::on_closed(std::uint16_t code) {
  closes_.fetch_add(1, std::memory_order_relaxed);
  closes_by_code_.with(std::to_string(code), std::to_string(id)).add();
}

void ShardCells::set_last_close(std::string text) {
  const std::lock_guard lock(mutex_);
  last_close_ = std::move(text);
}

std::optional<double> ShardCells::age(const std::atomic<std::int64_t>& cell, SteadyTime now) {
  const std::int64_t at = cell.load(std::memory_order_relaxed);
  if (at == 0) return std::nullopt;
  return std::max(seconds(now - SteadyTime(SteadyTime::duration(at))), 0.0);
}

ShardStatus ShardCells::status(SteadyTime now) const {
  ShardStatus out;
  out.id = id;
  out.state = to_string(state_.load(std::memory_order_relaxed));
  out.guilds = guilds_.load(std::memory_order_relaxed);
  out.guilds_pending = pending_.load(std::memory_order_relaxed);
  out.missed_heartbeats = missed_here_.load(std::memory_order_relaxed);
  out.closes = closes_.load(std::memory_order_relaxed);
  const std::int64_t round_trip = round_trip_.load(std::memory_order_relaxed);
  if (round_trip >= 0) out.heartbeat_rtt_seconds = seconds(std::chrono::nanoseconds(round_trip));
  out.last_ack_age_seconds = age(last_ack_, now);
  out.last_dispatch_age_seconds = age(last_dispatch_, now);
  out.resumes = resumes_.load(std::memory_order_relaxed);
  out.identifies = identifies_.load(std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  out.last_close = last_close_;
  return out;
}

void ShardCells::sample(SteadyTime now) const {
  const double since_made = std::max(seconds(now - made_at_), 0.0);
  ack_age_.set(age(last_ack_, now).value_or(since_made));
  dispatch_age_.set(age(last_dispatch_, now).value_or(since_made));
}

}  // namespace discern::discord
