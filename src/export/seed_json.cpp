#include "export/seed_json.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "base/json_text.hpp"
#include "metrics/catalogue.hpp"

namespace discern::exporter {
namespace {

namespace catalogue = metrics::catalogue;
using metrics::Descriptor;
using metrics::Series;
using metrics::Snapshot;

// Sorted, so that two dumps can be compared. Keys point into the series.
using Totals = std::map<std::string_view, double>;
using NestedTotals = std::map<std::string_view, Totals>;

template <class Each>
void for_series(const Snapshot& snapshot, const Descriptor& family, Each each) {
  const metrics::FamilySeries* found = snapshot.find_family(family.name);
  if (found == nullptr) return;
  for (const Series* series : found->series) {
    if (series->id() < snapshot.series_count()) each(*series);
  }
}

Totals sum_by(const Snapshot& snapshot, const Descriptor& family, std::size_t label) {
  Totals totals;
  for_series(snapshot, family, [&](const Series& series) {
    totals[series.label(label)] += snapshot.lifetime_value(series);
  });
  return totals;
}

NestedTotals by_two_labels(const Snapshot& snapshot, const Descriptor& family) {
  NestedTotals totals;
  for_series(snapshot, family, [&](const Series& series) {
    totals[series.label(0)][series.label(1)] += snapshot.lifetime_value(series);
  });
  return totals;
}

double gauge(const Snapshot& snapshot, const Descriptor& family) {
  return snapshot.lifetime_sum(family.name);
}

// Of enabled plugins only: the seed's card counts the keys.
Totals load_times(const Snapshot& snapshot) {
  const Totals enabled = sum_by(snapshot, catalogue::kPluginEnabled, 0);
  Totals times;
  for_series(snapshot, catalogue::kPluginLoad, [&](const Series& series) {
    const auto state = enabled.find(series.label(0));
    if (state == enabled.end() || state->second != 1) return;
    times[series.label(0)] = snapshot.value(series) * 1000;
  });
  return times;
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void open_outermost() { out_.push_back('{'); }
  void open(std::string_view key) {
    begin(key);
    out_.push_back('{');
    first_ = true;
  }
  void close() {
    out_.push_back('}');
    first_ = false;
  }
  void number(std::string_view key, double value) {
    begin(key);
    append_json_number(out_, std::isfinite(value) ? value : 0);
  }
  void totals(std::string_view key, const Totals& totals) {
    open(key);
    for (const auto& [name, value] : totals) number(name, value);
    close();
  }
  void nested(std::string_view key, const NestedTotals& totals) {
    open(key);
    for (const auto& [name, inner] : totals) this->totals(name, inner);
    close();
  }
  void list(std::string_view key, const std::vector<double>& values) {
    begin(key);
    out_.push_back('[');
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out_.push_back(',');
      append_json_number(out_, values[i]);
    }
    out_.push_back(']');
  }

 private:
  void begin(std::string_view key) {
    if (!first_) out_.push_back(',');
    first_ = false;
    append_json_string(out_, key);
    out_.push_back(':');
  }

  std::string& out_;
  bool first_ = true;
};

}  // namespace

void append_seed_json(std::string& out, const Snapshot& snapshot, const SeedExtras& extras) {
  Writer w(out);
  w.open_outermost();

  w.open("system");
  const double uptime = epoch_seconds(snapshot.time()) - epoch_seconds(snapshot.process_start());
  w.number("uptime", std::max(0.0, std::round(uptime * 1000) / 1000));
  w.number("restartCount", gauge(snapshot, catalogue::kRestarts));
  w.number("memoryUsage", gauge(snapshot, catalogue::kResidentMemory));
  w.number("cpuUsage", gauge(snapshot, catalogue::kCpuUsage) * 100);
  w.number("eventLoopDelay", extras.event_loop_delay_ms);
  w.close();

  w.open("discord");
  w.totals("commandUsage", sum_by(snapshot, catalogue::kCommands, 1));
  w.number("eventProcessing", snapshot.lifetime_sum(catalogue::kGatewayEvents.name));
  w.number("apiLatency", extras.api_latency_ms);
  w.number("guildCount", gauge(snapshot, catalogue::kGuilds));
  w.number("userCount", gauge(snapshot, catalogue::kUsers));
  w.close();

  w.open("plugins");
  w.totals("loadTime", load_times(snapshot));
  NestedTotals switches = by_two_labels(snapshot, catalogue::kPluginSwitches);
  for (auto& [plugin, counts] : switches) {
    counts.try_emplace("enabled", 0);
    counts.try_emplace("disabled", 0);
  }
  w.nested("enableDisableCount", switches);
  w.totals("errorCount", sum_by(snapshot, catalogue::kPluginErrors, 0));
  w.nested("commandUsage", by_two_labels(snapshot, catalogue::kCommands));
  w.close();

  w.open("web");
  w.totals("pageViews", sum_by(snapshot, catalogue::kPageViews, 0));
  w.number("apiRequestCount", snapshot.lifetime_sum(catalogue::kApiRequests.name));
  w.list("apiResponseTime", extras.api_response_ms);
  w.number("errorRates", extras.error_rate);
  w.close();

  w.close();
}

}  // namespace discern::exporter
