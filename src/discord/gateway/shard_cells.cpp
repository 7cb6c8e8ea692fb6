#include "discord/gateway/shard_cells.hpp"

#include "metrics/catalogue.hpp"

namespace discern::discord {

namespace catalogue = metrics::catalogue;

ShardCells::ShardCells(std::uint32_t shard, metrics::Registry& registry, SteadyTime now)
    : id(shard), closes_by_code_(registry.counters(catalogue::kGatewayCloses)) {
  const std::string label = std::to_string(shard);
  round_trips_ = registry.histogram(catalogue::kHeartbeatRtt, label);
  missed_ = registry.counter(catalogue::kHeartbeatMissed, label);
  store(state_since_, now);
  store(not_ready_since_, now);
  ready_ = registry.gauge(catalogue::kShardReady, label);
  ack_age_ = registry.gauge(catalogue::kLastAckAge, label);
  dispatch_age_ = registry.gauge(catalogue::kLastDispatchAge, label);
}

void ShardCells::set_state(ShardFsm::State state, SteadyTime now) {
  const ShardFsm::State before = state_.exchange(state, std::memory_order_relaxed);
  if (before == state) return;
  store(state_since_, now);
  if (before == ShardFsm::State::Live) store(not_ready_since_, now);
  ready_.set(state == ShardFsm::State::Live ? 1 : 0);
}

void ShardCells::set_guilds(std::uint64_t guilds, std::uint64_t pending, SteadyTime now) {
  guilds_.store(static_cast<std::int64_t>(guilds), std::memory_order_relaxed);
  if (pending_.exchange(pending, std::memory_order_relaxed) != pending) store(pending_since_, now);
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

std::string ShardCells::last_close() const {
  const std::lock_guard lock(mutex_);
  return last_close_;
}

std::optional<double> ShardCells::age(const std::atomic<std::int64_t>& cell, SteadyTime now) {
  const std::int64_t at = cell.load(std::memory_order_relaxed);
  if (at == 0) return std::nullopt;
  return std::max(seconds(now - SteadyTime(SteadyTime::duration(at))), 0.0);
}

ShardStatus ShardCells::status(SteadyTime now) const {
  ShardStatus out;
  out.id = id;
  const ShardFsm::State state = state_.load(std::memory_order_relaxed);
  out.state = to_string(state);
  const std::int64_t guilds = guilds_.load(std::memory_order_relaxed);
  if (guilds >= 0) out.guilds = static_cast<std::uint64_t>(guilds);
  out.guilds_pending = pending_.load(std::memory_order_relaxed);
  out.missed_heartbeats = missed_here_.load(std::memory_order_relaxed);
  out.closes = closes_.load(std::memory_order_relaxed);
  const std::int64_t round_trip = round_trip_.load(std::memory_order_relaxed);
  if (round_trip >= 0) out.heartbeat_rtt_seconds = seconds(std::chrono::nanoseconds(round_trip));
  out.last_ack_age_seconds = age(last_ack_, now);
  out.last_dispatch_age_seconds = age(last_dispatch_, now);
  out.resumes = resumes_.load(std::memory_order_relaxed);
  out.identifies = identifies_.load(std::memory_order_relaxed);
  out.failures_in_a_row = failures_.load(std::memory_order_relaxed);
  if (const std::string_view awaited = awaited_in(state); !awaited.empty()) {
    out.waits_for = awaited;
    out.waits_seconds = age(state_since_, now);
    out.not_ready_seconds = age(not_ready_since_, now);
  } else if (state == ShardFsm::State::Live && out.guilds_pending > 0) {
    out.waits_for = std::to_string(out.guilds_pending) + " guilds";
    out.waits_seconds = age(pending_since_, now);
  }
  out.last_close = last_close();
  return out;
}

void ShardCells::sample(SteadyTime now) const {
  if (const auto ack = age(last_ack_, now)) ack_age_.set(*ack);
  if (const auto dispatch = age(last_dispatch_, now)) dispatch_age_.set(*dispatch);
}

}  // namespace discern::discord
