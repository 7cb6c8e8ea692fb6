#pragma once

// One second of the live stream, made from the newest snapshot and what is known of the one before.

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "metrics/snapshot.hpp"
#include "plugin/status.hpp"
#include "web/health_watch.hpp"
#include "web/rows.hpp"

namespace discern::web {

struct LiveSeries {
  std::string_view key;
  std::string_view unit;
};
// What the live stream carries, in this order. Append only: pages find series by key.
inline constexpr std::array kLiveSeries = std::to_array<LiveSeries>({
    {"uptime", "seconds"},
    {"restart_count", "count"},
    {"memory", "bytes"},
    {"cpu", "percent"},  // Of one core.
    {"loop_delay", "milliseconds"},
    {"guilds", "count"},
    {"users", "count"},
    {"api_latency", "milliseconds"},
    {"events_rate", "per second"},
    {"commands_total", "count"},
    {"commands_rate", "per second"},
    {"plugins_active", "count"},
    {"errors_rate", "per second"},
    {"shards_ready", "count"},
    {"shards_total", "count"},
    {"web_rate", "per second"},
    {"live_viewers", "count"},
    {"active_today", "count"},
    {"active_month", "count"},
    // Totals, so that what happened in a span is their difference and never a rate times seconds.
    {"events_total", "count"},
    {"errors_total", "count"},
});
using LiveValues = std::array<double, kLiveSeries.size()>;  // NaN is unknown.

struct LiveTick {
  // Since the epoch; rises with every tick, except with one that begins anew.
  std::int64_t time_ms = 0;
  // The clock was set back by more than kMostLag: what came before would hide what comes now.
  bool begins_anew = false;
  LiveValues values{};
  // Rows that changed since the tick before; all of them in the first.
  std::vector<CommandRow> commands;
  std::vector<PluginRow> plugins;
  // When it changed.
  std::optional<Verdict> verdict;
};

// How far ticks may run ahead of a clock that was set back a little.
inline constexpr std::chrono::seconds kMostLag{5};

// Mean over the last interval of each series of a histogram family.
class IntervalMeans {
 public:
  // Seconds; NaN when nothing was observed since the last call for that series.
  double step(const metrics::Snapshot& snapshot, const metrics::Series& series);

 private:
  struct Before {
    std::uint64_t count = 0;
    double sum = 0;
  };
  std::unordered_map<std::uint32_t, Before> before_;
};

// The median of a histogram family over the last five minutes, all its series together.
class RecentMedian {
 public:
  // Seconds; NaN when nothing was observed. Steadily rising times.
  double step(const metrics::Snapshot& snapshot, std::string_view family);

 private:
  struct State {
    SteadyTime time;
    std::uint64_t zero = 0;
    std::vector<metrics::Bucket> buckets;
  };
  std::deque<State> states_;
};

// Not thread-safe. Needs every snapshot, in order.
class LiveTicker {
 public:
  // `io_loop` is the label of the loop whose delay is shown.
  explicit LiveTicker(std::string io_loop) : io_loop_(std::move(io_loop)) {}
  LiveTick step(const metrics::Snapshot& snapshot,
                const std::vector<plugin::PluginStatus>& plugins);

 private:
  double rate(std::size_t which, double total, double elapsed);
  double loop_delay(const metrics::Snapshot& snapshot);
  void fill_values(LiveTick& tick, const metrics::Snapshot& snapshot);
  void fill_commands(LiveTick& tick, const metrics::Snapshot& snapshot);
  void fill_plugins(LiveTick& tick,
                    const metrics::Snapshot& snapshot,
                    const std::vector<plugin::PluginStatus>& plugins);

  const std::string io_loop_;
  bool first_ = true;
  std::int64_t last_ms_ = 0;
  SteadyTime last_time_{};
  std::array<double, 4> last_totals_{};
  IntervalMeans loop_means_;
  double last_loop_delay_ = kUnknown;
  IntervalMeans queue_means_;
  RecentMedian latency_;
  HealthWatch health_;
  Verdict verdict_;
  struct Used {
    std::uint64_t uses = 0;
    double errors = 0;
    double last_used = kUnknown;
    std::optional<Health> health;
  };
  std::unordered_map<std::uint32_t, Used> used_;  // By series id.
  std::unordered_map<std::string, PluginRow> shown_;
};

}  // namespace discern::web
