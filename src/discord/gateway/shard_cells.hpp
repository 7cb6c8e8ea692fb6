#pragma once

// What is to be known of one shard from outside the gateway thread.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "discord/gateway/shard_fsm.hpp"
#include "discord/status.hpp"
#include "metrics/registry.hpp"

namespace discern::discord {

// Written by the gateway thread, read by any. Ages are computed by the reader, so that they grow
// even when the gateway thread is stuck.
class ShardCells {
 public:
  // `now` is when its state begins.
  ShardCells(std::uint32_t id, metrics::Registry& registry, SteadyTime now);

  const std::uint32_t id;

  // ---- Gateway thread.
  void set_state(ShardFsm::State state, SteadyTime now);
  void set_failures(std::uint32_t in_a_row) {
    failures_.store(in_a_row, std::memory_order_relaxed);
  }
  void set_guilds(std::uint64_t guilds, std::uint64_t pending, SteadyTime now);
  void on_dispatch(SteadyTime at) { store(last_dispatch_, at); }
  void on_ack(SteadyTime at, std::chrono::nanoseconds round_trip);
  void on_missed_heartbeat() {
    missed_.add();
    missed_here_.fetch_add(1, std::memory_order_relaxed);
  }
  void on_closed(std::uint16_t code);
  void on_identified() { identifies_.fetch_add(1, std::memory_order_relaxed); }
  void on_resumed() { resumes_.fetch_add(1, std::memory_order_relaxed); }
  void set_last_close(std::string text);
  std::string last_close() const;

  // ---- Any thread.
  ShardStatus status(SteadyTime now) const;
  // Brings the gauges of ages up to date. Before the first acknowledgement or dispatch there is no
  // age, and they have no sample.
  void sample(SteadyTime now) const;

 private:
  static void store(std::atomic<std::int64_t>& cell, SteadyTime at) {
    cell.store(at.time_since_epoch().count(), std::memory_order_relaxed);
  }
  static std::optional<double> age(const std::atomic<std::int64_t>& cell, SteadyTime now);

  std::atomic<ShardFsm::State> state_{ShardFsm::State::Idle};
  std::atomic<std::uint32_t> failures_{0};
  std::atomic<std::int64_t> guilds_{-1};  // Unknown.
  std::atomic<std::uint64_t> pending_{0};
  std::atomic<std::uint64_t> missed_here_{0};
  std::atomic<std::uint64_t> closes_{0};
  std::atomic<std::uint64_t> identifies_{0};
  std::atomic<std::uint64_t> resumes_{0};
  // Steady clock; 0 for never.
  std::atomic<std::int64_t> state_since_{0};
  std::atomic<std::int64_t> not_ready_since_{0};
  std::atomic<std::int64_t> pending_since_{0};
  std::atomic<std::int64_t> last_ack_{0};
  std::atomic<std::int64_t> last_dispatch_{0};
  std::atomic<std::int64_t> round_trip_{-1};
  mutable std::mutex mutex_;
  std::string last_close_;  // Guarded by mutex_.

  metrics::Family<metrics::Counter>& closes_by_code_;
  metrics::Histogram round_trips_;
  metrics::Counter missed_;
  metrics::Gauge ready_;
  metrics::Gauge ack_age_;
  metrics::Gauge dispatch_age_;
};

}  // namespace discern::discord
