#include "export/seed_json.hpp"

#include <cmath>
#include <map>
#include <string_view>

#include "base/json_text.hpp"
#include "export/text_block.hpp"
#include "metrics/catalogue.hpp"

namespace discern::exporter {
namespace {

namespace catalogue = metrics::catalogue;
using metrics::Descriptor;
using metrics::Series;
using metrics::Snapshot;

// More than a number and its punctuation need.
constexpr std::size_t kNumberRoom = 64;

std::string json_key(std::string_view name) {
  std::string key;
  append_json_string(key, name);
  key.push_back(':');
  return key;
}

template <class Each>
void for_series(const Snapshot& snapshot, const Descriptor& family, Each each) {
  const metrics::FamilySeries* found = snapshot.find_family(family.name);
  if (found == nullptr) return;
  for (const Series* series : found->series) each(*series);
}

SeedTable by_label(const Snapshot& snapshot, const Descriptor& family, std::size_t label) {
  std::map<std::string_view, std::vector<const Series*>> sorted;
  for_series(snapshot, family, [&](const Series& series) {
    sorted[series.label(label)].push_back(&series);
  });
  SeedTable table;
  table.reserve(sorted.size());
  for (auto& [name, series] : sorted) table.push_back({json_key(name), std::move(series)});
  return table;
}

// By the first label, then by the second; `always` are there even without a series.
std::vector<SeedGroup> by_two_labels(const Snapshot& snapshot,
                                     const Descriptor& family,
                                     std::initializer_list<std::string_view> always = {}) {
  std::map<std::string_view, std::map<std::string_view, std::vector<const Series*>>> sorted;
  for_series(snapshot, family, [&](const Series& series) {
    sorted[series.label(0)][series.label(1)].push_back(&series);
  });
  std::vector<SeedGroup> groups;
  for (auto& [outer, inner] : sorted) {
    for (const std::string_view name : always) inner.try_emplace(name);
    SeedGroup& group = groups.emplace_back(SeedGroup{json_key(outer), {}});
    for (auto& [name, series] : inner) group.table.push_back({json_key(name), std::move(series)});
  }
  return groups;
}

// Those of plugins that are or were enabled, each with the series that tells whether it is now.
SeedTable load_times(const Snapshot& snapshot) {
  std::map<std::string_view, const Series*> enabled;
  for_series(snapshot, catalogue::kPluginEnabled, [&](const Series& series) {
    enabled.emplace(series.label(0), &series);
  });
  SeedTable table = by_label(snapshot, catalogue::kPluginLoad, 0);
  for (SeedSum& sum : table) {
    const auto state = enabled.find(sum.series.front()->label(0));
    sum.series.push_back(state == enabled.end() ? nullptr : state->second);
  }
  return table;
}

class Writer {
 public:
  Writer(std::string& out, const Snapshot& snapshot) : block_(out), snapshot_(snapshot) {}

  // `key` is what json_key makes, or empty for the outermost object.
  void open(std::string_view key) {
    begin(key);
    block_.put('{');
    first_ = true;
  }
  void close() {
    block_.ensure(kNumberRoom);
    block_.put('}');
    first_ = false;
  }
  void number(std::string_view key, double value) {
    begin(key);
    put(value);
  }
  // The sum of a family of gauges; null while none of them is known.
  void known(std::string_view key, const Descriptor& family, double factor = 1) {
    const metrics::FamilySeries* found = snapshot_.find_family(family.name);
    double sum = 0;
    bool any = false;
    if (found != nullptr) {
      for (const Series* series : found->series) {
        const double value = snapshot_.value(*series);
        if (std::isnan(value)) continue;
        any = true;
        sum += value;
      }
    }
    begin(key);
    if (any) {
      put(sum * factor);
    } else {
      block_.put("null");
    }
  }
  // Counters only.
  void sums(std::string_view key, const SeedTable& table) {
    open(key);
    for (const SeedSum& sum : table) {
      begin(sum.key);
      std::uint64_t steps = 0;
      for (const Series* series : sum.series) steps += snapshot_.lifetime_steps(*series);
      block_.put_integer(steps);
    }
    close();
  }
  void groups(std::string_view key, const std::vector<SeedGroup>& groups) {
    open(key);
    for (const SeedGroup& group : groups) sums(group.key, group.table);
    close();
  }
  void list(std::string_view key, const std::vector<double>& values) {
    begin(key);
    block_.put('[');
    for (std::size_t i = 0; i < values.size(); ++i) {
      block_.ensure(kNumberRoom);
      if (i > 0) block_.put(',');
      put(values[i]);
    }
    block_.put(']');
  }

 private:
  void begin(std::string_view key) {
    block_.ensure(kNumberRoom + key.size());
    if (!first_) block_.put(',');
    first_ = false;
    block_.put(key);
  }
  void put(double value) { block_.put_number(std::isfinite(value) ? value : 0); }

  TextBlock block_;
  const Snapshot& snapshot_;
  bool first_ = true;
};

void write_load_times(Writer& w, const Snapshot& snapshot, const SeedTable& table) {
  w.open("\"loadTime\":");
  for (const SeedSum& sum : table) {
    // The seed's card counts the keys, so only enabled plugins have one.
    if (sum.series[1] == nullptr || snapshot.value(*sum.series[1]) != 1) continue;
    w.number(sum.key, snapshot.value(*sum.series[0]) * 1000);
  }
  w.close();
}

}  // namespace

void SeedJsonEncoder::plan(const Snapshot& snapshot) {
  command_usage_ = by_label(snapshot, catalogue::kCommands, 1);
  load_times_ = load_times(snapshot);
  switches_ = by_two_labels(snapshot, catalogue::kPluginSwitches, {"enabled", "disabled"});
  errors_ = by_label(snapshot, catalogue::kPluginErrors, 0);
  plugin_commands_ = by_two_labels(snapshot, catalogue::kCommands);
  page_views_ = by_label(snapshot, catalogue::kPageViews, 0);
  series_ = snapshot.series_count();
  families_ = snapshot.layout().size();
}

void SeedJsonEncoder::append(std::string& out, const Snapshot& snapshot, const SeedExtras& extras) {
  if (series_ != snapshot.series_count() || families_ != snapshot.layout().size()) plan(snapshot);
  const auto total = [&](const Descriptor& family) { return snapshot.lifetime_sum(family.name); };
  Writer w(out, snapshot);
  w.open("");

  w.open("\"system\":");
  w.number("\"uptime\":", std::round(total(catalogue::kUptime) * 1000) / 1000);
  w.number("\"restartCount\":", total(catalogue::kRestarts));
  w.known("\"memoryUsage\":", catalogue::kResidentMemory);
  w.known("\"cpuUsage\":", catalogue::kCpuUsage, 100);
  w.number("\"eventLoopDelay\":", extras.event_loop_delay_ms);
  w.close();

  w.open("\"discord\":");
  w.sums("\"commandUsage\":", command_usage_);
  w.number("\"eventProcessing\":", total(catalogue::kGatewayEvents));
  w.number("\"apiLatency\":", extras.api_latency_ms);
  w.number("\"guildCount\":", total(catalogue::kGuilds));
  w.number("\"userCount\":", total(catalogue::kUsers));
  w.close();

  w.open("\"plugins\":");
  write_load_times(w, snapshot, load_times_);
  w.groups("\"enableDisableCount\":", switches_);
  w.sums("\"errorCount\":", errors_);
  w.groups("\"commandUsage\":", plugin_commands_);
  w.close();

  w.open("\"web\":");
  w.sums("\"pageViews\":", page_views_);
  w.number("\"apiRequestCount\":", total(catalogue::kApiRequests));
  w.list("\"apiResponseTime\":", extras.api_response_ms);
  w.number("\"errorRates\":", extras.error_rate);
  w.close();

  w.close();
}

void append_seed_json(std::string& out, const Snapshot& snapshot, const SeedExtras& extras) {
  SeedJsonEncoder().append(out, snapshot, extras);
}

}  // namespace discern::exporter
