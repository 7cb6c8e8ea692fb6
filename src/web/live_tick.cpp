#include "web/live_tick.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "metrics/catalogue.hpp"
#include "metrics/period.hpp"

namespace discern::web {
namespace {

namespace catalogue = metrics::catalogue;
using metrics::Descriptor;
using metrics::Series;
using metrics::Snapshot;
using namespace std::chrono_literals;

constexpr auto kMedianWindow = 5min;
constexpr auto kMedianGrain = 10s;

template <class Each>
void for_series(const Snapshot& snapshot, std::string_view family, Each each) {
  const metrics::FamilySeries* found = snapshot.find_family(family);
  if (found == nullptr) return;
  for (const Series* series : found->series) {
    if (series->id() < snapshot.series_count()) each(*series);
  }
}

// NaN when the family has no series that is known: unknown, not zero.
double sum(const Snapshot& snapshot, const Descriptor& family) {
  double total = kUnknown;
  for_series(snapshot, family.name, [&](const Series& series) {
    const double value = snapshot.lifetime_value(series);
    if (!std::isnan(value)) total = (std::isnan(total) ? 0 : total) + value;
  });
  return total;
}

std::map<std::string_view, double> sums_by_first_label(const Snapshot& snapshot,
                                                       const Descriptor& family) {
  std::map<std::string_view, double> sums;
  for_series(snapshot, family.name, [&](const Series& series) {
    sums[series.label(0)] += snapshot.lifetime_value(series);
  });
  return sums;
}

std::map<std::string_view, const Series*> by_key(const Snapshot& snapshot,
                                                 const Descriptor& family) {
  std::map<std::string_view, const Series*> found;
  for_series(snapshot, family.name, [&](const Series& series) { found[series.key()] = &series; });
  return found;
}

template <class Map>
auto find_or(const Map& map, std::string_view key, typename Map::mapped_type other) {
  const auto found = map.find(key);
  return found == map.end() ? other : found->second;
}

}  // namespace

double IntervalMeans::step(const Snapshot& snapshot, const Series& series) {
  const metrics::HistogramView now = snapshot.histogram(series);
  Before& before = before_[series.id()];
  const std::uint64_t count = now.count - before.count;
  const double sum = now.sum - before.sum;
  before = {now.count, now.sum};
  return count == 0 ? kUnknown : sum / static_cast<double>(count);
}

double RecentMedian::step(const Snapshot& snapshot, std::string_view family) {
  State now{snapshot.steady_time(), 0, {}};
  for_series(snapshot, family, [&](const Series& series) {
    const metrics::HistogramView view = snapshot.histogram(series);
    now.zero += view.zero;
    merge_buckets(now.buckets, view.buckets);
  });
  // At the beginning of the process nothing had been counted.
  if (states_.empty()) states_.push_back({now.time, 0, {}});
  while (states_.size() > 1 && states_[1].time <= now.time - kMedianWindow) states_.pop_front();
  const State& then = states_.front();
  const double median = metrics::quantile(
      0.5, now.zero - then.zero, metrics::subtract_buckets(now.buckets, then.buckets));
  if (now.time - states_.back().time >= kMedianGrain) states_.push_back(std::move(now));
  return median;
}

LiveTick LiveTicker::step(const Snapshot& snapshot,
                          const std::vector<plugin::PluginStatus>& plugins) {
  LiveTick tick;
  const std::int64_t now_ms = epoch_ms(snapshot.time());
  tick.begins_anew = now_ms < last_ms_ - std::chrono::milliseconds(kMostLag).count();
  tick.time_ms = tick.begins_anew ? now_ms : std::max(now_ms, last_ms_ + 1);
  last_ms_ = tick.time_ms;
  fill_values(tick, snapshot);
  Verdict now = judge(health_.step(snapshot, plugins), verdict_);
  if (first_ || now != verdict_) tick.verdict = now;
  verdict_ = std::move(now);
  fill_commands(tick, snapshot);
  fill_plugins(tick, snapshot, plugins);
  first_ = false;
  last_time_ = snapshot.steady_time();
  return tick;
}

// Per second since the last tick; unknown in the first one.
double LiveTicker::rate(std::size_t which, double total, double elapsed) {
  if (std::isnan(total)) total = 0;
  const double before = std::exchange(last_totals_[which], total);
  return first_ || elapsed <= 0 ? kUnknown : (total - before) / elapsed;
}

// While the loop does not answer at all, the truth is how long that has lasted. In an interval that
// saw no probe come back, the last mean still stands.
double LiveTicker::loop_delay(const Snapshot& snapshot) {
  double mean = kUnknown;
  for_series(snapshot, catalogue::kLoopDelay.name, [&](const Series& series) {
    if (series.label(0) == io_loop_) mean = loop_means_.step(snapshot, series);
  });
  if (!std::isnan(mean)) return last_loop_delay_ = mean;
  double stall = 0;
  for_series(snapshot, catalogue::kLoopStall.name, [&](const Series& series) {
    if (series.label(0) == io_loop_) stall = snapshot.value(series);
  });
  return stall > 0 ? stall : last_loop_delay_;
}

void LiveTicker::fill_values(LiveTick& tick, const Snapshot& snapshot) {
  const double elapsed = seconds(snapshot.steady_time() - last_time_);
  const double commands = sum(snapshot, catalogue::kCommands);
  const auto active = [&](metrics::Period period) {
    double people = kUnknown;
    for_series(snapshot, catalogue::kActiveUsers.name, [&](const Series& series) {
      if (series.label(0) == metrics::to_string(period)) people = snapshot.value(series);
    });
    return people;
  };
  const double events = sum(snapshot, catalogue::kGatewayEvents);
  const double errors = sum(snapshot, catalogue::kPluginErrors);
  const double active_today = active(metrics::Period::Day);
  double shards = 0;
  for_series(snapshot, catalogue::kShardReady.name, [&](const Series&) { ++shards; });
  tick.values = {
      std::round(sum(snapshot, catalogue::kUptime) * 10) / 10,
      sum(snapshot, catalogue::kRestarts),
      sum(snapshot, catalogue::kResidentMemory),
      sum(snapshot, catalogue::kCpuUsage) * 100,
      loop_delay(snapshot) * 1000,
      sum(snapshot, catalogue::kGuilds),
      sum(snapshot, catalogue::kUsers),
      latency_.step(snapshot, catalogue::kRestDuration.name) * 1000,
      rate(0, events, elapsed),
      std::isnan(commands) ? 0 : commands,
      rate(1, commands, elapsed),
      sum(snapshot, catalogue::kPluginEnabled),
      rate(2, errors, elapsed),
      sum(snapshot, catalogue::kShardReady),
      shards > 0 ? shards : kUnknown,
      rate(3, sum(snapshot, catalogue::kHttpRequests), elapsed),
      sum(snapshot, catalogue::kLiveViewers),
      active_today,
      // Two estimates, and the day lies within the month.
      std::max(active(metrics::Period::Month), active_today),
      std::isnan(events) ? 0 : events,
      std::isnan(errors) ? 0 : errors,
  };
}

void LiveTicker::fill_commands(LiveTick& tick, const Snapshot& snapshot) {
  using Index = std::map<std::string_view, const Series*>;
  const Index errors = by_key(snapshot, catalogue::kCommandErrors);
  // Needed only when some row changed, which is not the case in most ticks of a small bot.
  std::optional<Index> durations;
  for_series(snapshot, catalogue::kCommands.name, [&](const Series& series) {
    const std::uint64_t uses = snapshot.lifetime_steps(series);
    const Series* failed = find_or(errors, series.key(), nullptr);
    const double failures = failed == nullptr ? 0 : snapshot.lifetime_value(*failed);
    const auto [at, is_new] = used_.try_emplace(series.id());
    Used& known = at->second;
    const auto judged = verdict_.command.find(std::string(series.key()));
    std::optional<Health> health;
    if (judged != verdict_.command.end()) health = judged->second;
    if (!is_new && known.uses == uses && known.errors == failures && known.health == health) return;
    // What an earlier process counted says nothing about when.
    const std::uint64_t before = is_new ? uses - snapshot.steps(series) : known.uses;
    if (uses > before) known.last_used = static_cast<double>(tick.time_ms) / 1000;
    known.uses = uses;
    known.errors = failures;
    known.health = health;
    CommandRow row{.name = std::string(series.label(1)),
                   .plugin = std::string(series.label(0)),
                   .uses = static_cast<double>(uses),
                   .errors = failures,
                   .last_used = known.last_used,
                   .health = std::move(health)};
    if (!durations) durations = by_key(snapshot, catalogue::kCommandDuration);
    if (const Series* took = find_or(*durations, series.label(1), nullptr)) {
      const metrics::HistogramTotal total = snapshot.lifetime_histogram(*took);
      row.p50_ms = metrics::quantile(0.50, total.zero, total.buckets) * 1000;
      row.p95_ms = metrics::quantile(0.95, total.zero, total.buckets) * 1000;
      row.p99_ms = metrics::quantile(0.99, total.zero, total.buckets) * 1000;
    }
    tick.commands.push_back(std::move(row));
  });
}

void LiveTicker::fill_plugins(LiveTick& tick,
                              const Snapshot& snapshot,
                              const std::vector<plugin::PluginStatus>& plugins) {
  if (plugins.empty()) return;
  const auto commands = sums_by_first_label(snapshot, catalogue::kCommands);
  const auto events = sums_by_first_label(snapshot, catalogue::kPluginEvents);
  const auto errors = sums_by_first_label(snapshot, catalogue::kPluginErrors);
  const auto dropped = sums_by_first_label(snapshot, catalogue::kPluginDropped);
  std::map<std::string_view, double> delays;
  for_series(snapshot, catalogue::kPluginQueueDelay.name, [&](const Series& series) {
    delays[series.label(0)] = queue_means_.step(snapshot, series);
  });
  for (const plugin::PluginStatus& status : plugins) {
    PluginRow row{.status = status,
                  .commands = find_or(commands, status.id, 0.0),
                  .events = find_or(events, status.id, 0.0),
                  .errors = find_or(errors, status.id, 0.0),
                  .dropped = find_or(dropped, status.id, 0.0),
                  .loop_delay_ms = find_or(delays, status.id, kUnknown) * 1000};
    if (const auto judged = verdict_.plugin.find(status.id); judged != verdict_.plugin.end()) {
      row.health = judged->second;
    }
    const auto [shown, is_new] = shown_.try_emplace(status.id, row);
    if (!is_new) {
      if (equal_rows(shown->second, row)) continue;
      shown->second = row;
    }
    tick.plugins.push_back(std::move(row));
  }
}

}  // namespace discern::web
