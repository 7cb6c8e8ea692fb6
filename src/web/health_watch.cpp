#include "web/health_watch.hpp"

#include <cmath>
#include <map>

#include "metrics/buckets.hpp"
#include "metrics/catalogue.hpp"

namespace discern::web {
namespace {

namespace catalogue = metrics::catalogue;
using metrics::Series;
using metrics::Snapshot;

// Slow uses are counted beside the series that they are of.
constexpr std::uint64_t kSlowMark = std::uint64_t{1} << 32;
constexpr std::chrono::seconds kMinute{60};

template <class Each>
void for_series(const Snapshot& snapshot, const metrics::Descriptor& family, Each each) {
  const metrics::FamilySeries* found = snapshot.find_family(family.name);
  if (found == nullptr) return;
  for (const Series* series : found->series) {
    if (series->id() < snapshot.series_count()) each(*series);
  }
}

std::uint64_t count_slow(const metrics::HistogramView& view) {
  // 2 s is where an octave begins.
  const int first = static_cast<int>(std::log2(kSlow.count())) * metrics::kBucketsPerOctave;
  std::uint64_t slow = 0;
  for (const metrics::Bucket& bucket : view.buckets) {
    if (bucket.index >= first) slow += bucket.count;
  }
  return slow;
}

std::optional<std::uint64_t> sum_of(const Snapshot& snapshot, const metrics::Descriptor& family) {
  std::optional<std::uint64_t> sum;
  for_series(snapshot, family, [&](const Series& series) {
    const double value = snapshot.value(series);
    if (!std::isnan(value)) sum = sum.value_or(0) + static_cast<std::uint64_t>(value);
  });
  return sum;
}

}  // namespace

void RecentCounts::begin(SteadyTime now) {
  for (; minute_begins_ < cells_.size() && now - cells_[minute_begins_].time >= kMinute;
       ++minute_begins_) {
    for (const auto& [series, count] : cells_[minute_begins_].counts)
      known_[series].minute -= count;
  }
  for (; !cells_.empty() && now - cells_.front().time >= kWindow; --minute_begins_) {
    for (const auto& [series, count] : cells_.front().counts) known_[series].recent -= count;
    cells_.pop_front();
  }
  if (cells_.empty() || now - cells_.back().time >= kCell) cells_.push_back({now, {}});
}

std::uint64_t RecentCounts::see(std::uint64_t series, std::uint64_t total) {
  Known& known = known_[series];
  // A cut may be older than the snapshot before it.
  if (total > known.total) {
    const std::uint64_t more = total - known.total;
    cells_.back().counts.emplace_back(series, more);
    known.total = total;
    known.recent += more;
    known.minute += more;
  }
  return known.recent;
}

std::uint64_t RecentCounts::last_minute(std::uint64_t series) const {
  const auto found = known_.find(series);
  return found == known_.end() ? 0 : found->second.minute;
}

VerdictInput HealthWatch::step(const Snapshot& snapshot,
                               const std::vector<plugin::PluginStatus>& plugins) {
  recent_.begin(snapshot.steady_time());
  VerdictInput into;
  into.now = snapshot.time();
  const auto age =
      std::chrono::duration_cast<std::chrono::seconds>(snapshot.time() - snapshot.process_start());
  into.since_start = age < RecentCounts::kWindow;
  into.shards_ready = sum_of(snapshot, catalogue::kShardReady);
  if (into.shards_ready) {
    std::uint64_t shards = 0;
    for_series(snapshot, catalogue::kShardReady, [&](const Series&) { ++shards; });
    into.shards_total = shards;
  }
  into.plugins = plugins;
  read_commands(into, snapshot);
  read_plugins(into, snapshot);
  return into;
}

void HealthWatch::read_commands(VerdictInput& into, const Snapshot& snapshot) {
  std::map<std::string_view, const Series*> errors;
  for_series(snapshot, catalogue::kCommandErrors, [&](const Series& series) {
    errors[series.key()] = &series;
  });
  std::map<std::string_view, const Series*> durations;
  for_series(snapshot, catalogue::kCommandDuration, [&](const Series& series) {
    durations[series.label(0)] = &series;
  });
  for_series(snapshot, catalogue::kCommands, [&](const Series& series) {
    CommandCounts counts{std::string(series.label(0)), std::string(series.label(1))};
    counts.uses = recent_.see(series.id(), snapshot.steps(series));
    counts.uses_now = recent_.last_minute(series.id());
    into.commands_last_minute += counts.uses_now;
    if (const auto failed = errors.find(series.key()); failed != errors.end()) {
      const std::uint64_t id = failed->second->id();
      counts.failed = recent_.see(id, snapshot.steps(*failed->second));
      counts.failed_now = recent_.last_minute(id);
    }
    if (const auto took = durations.find(series.label(1)); took != durations.end()) {
      const std::uint64_t id = took->second->id() | kSlowMark;
      counts.slow = recent_.see(id, count_slow(snapshot.histogram(*took->second)));
      counts.slow_now = recent_.last_minute(id);
    }
    into.commands.push_back(std::move(counts));
  });
}

void HealthWatch::read_plugins(VerdictInput& into, const Snapshot& snapshot) {
  for_series(snapshot, catalogue::kPluginHandler, [&](const Series& series) {
    PluginCounts& counts = into.counts[std::string(series.label(0))];
    counts.runs += recent_.see(series.id(), snapshot.histogram(series).count);
    counts.runs_now += recent_.last_minute(series.id());
  });
  for_series(snapshot, catalogue::kPluginErrors, [&](const Series& series) {
    PluginCounts& counts = into.counts[std::string(series.label(0))];
    const std::uint64_t failed = recent_.see(series.id(), snapshot.steps(series));
    counts.failed += failed;
    counts.failed_now += recent_.last_minute(series.id());
  });
}

}  // namespace discern::web
