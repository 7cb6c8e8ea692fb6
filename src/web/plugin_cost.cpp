#include "web/plugin_cost.hpp"

#include "metrics/buckets.hpp"
#include "metrics/catalogue.hpp"

namespace discern::web {
namespace {

namespace catalogue = metrics::catalogue;
using metrics::Series;
using metrics::Snapshot;

// The series of a family in which label `at` is the plugin.
template <class Each>
void for_plugin(const Snapshot& snapshot,
                const metrics::Descriptor& family,
                std::size_t at,
                std::string_view plugin,
                Each each) {
  const metrics::FamilySeries* found = snapshot.find_family(family.name);
  if (found == nullptr) return;
  for (const Series* series : found->series) {
    if (series->id() < snapshot.series_count() && series->label(at) == plugin) each(*series);
  }
}

void append_by(JsonWriter& writer,
               std::string_view key,
               const Snapshot& snapshot,
               const metrics::Descriptor& family,
               std::string_view plugin,
               std::size_t plugin_label = 0) {
  writer.open_object(key);
  for_plugin(snapshot, family, plugin_label, plugin, [&](const Series& series) {
    writer.number(series.label(1 - plugin_label), snapshot.lifetime_value(series));
  });
  writer.close_object();
}

void append_times(JsonWriter& writer,
                  std::string_view key,
                  const Snapshot& snapshot,
                  const Series& series) {
  const metrics::HistogramTotal total = snapshot.lifetime_histogram(series);
  const auto ms = [&](double q) { return metrics::quantile(q, total.zero, total.buckets) * 1000; };
  writer.open_object(key)
      .number("count", static_cast<double>(total.count()))
      .number("total_s", total.sum)
      .number("p50_ms", ms(0.5))
      .number("p95_ms", ms(0.95))
      .number("p99_ms", ms(0.99))
      .close_object();
}

}  // namespace

void append_plugin_cost(JsonWriter& writer, const Snapshot& snapshot, std::string_view plugin) {
  constexpr std::pair<std::string_view, const metrics::Descriptor*> kTotals[] = {
      {"cpu_seconds", &catalogue::kPluginCpu},
      {"allocated_bytes", &catalogue::kPluginAllocatedBytes},
      {"allocations", &catalogue::kPluginAllocations},
      {"events", &catalogue::kPluginEvents},
      {"stalls", &catalogue::kPluginStalls},
      {"rest_requests", &catalogue::kPluginRest},
  };
  for (const auto& [key, family] : kTotals) {
    double total = 0;
    for_plugin(snapshot, *family, 0, plugin, [&](const Series& series) {
      total += snapshot.lifetime_value(series);
    });
    writer.number(key, total);
  }
  append_by(writer, "rate_limited", snapshot, catalogue::kRestLimited, plugin, 1);
  append_by(writer, "http_requests", snapshot, catalogue::kPluginHttp, plugin);
  append_by(writer, "dropped", snapshot, catalogue::kPluginDropped, plugin);
  append_by(writer, "errors", snapshot, catalogue::kPluginErrors, plugin);
  append_by(writer, "switches", snapshot, catalogue::kPluginSwitches, plugin);
  writer.open_object("handlers");
  for_plugin(snapshot, catalogue::kPluginHandler, 0, plugin, [&](const Series& series) {
    append_times(writer, series.label(1), snapshot, series);
  });
  writer.close_object();
  for_plugin(snapshot, catalogue::kPluginQueueDelay, 0, plugin, [&](const Series& series) {
    append_times(writer, "queue_delay", snapshot, series);
  });
  for_plugin(snapshot, catalogue::kPluginHttpDuration, 0, plugin, [&](const Series& series) {
    append_times(writer, "http", snapshot, series);
  });
}

}  // namespace discern::web
