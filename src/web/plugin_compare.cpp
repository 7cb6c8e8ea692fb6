#include "web/plugin_compare.hpp"

#include <map>
#include <optional>

#include "metrics/catalogue.hpp"
#include "web/json_writer.hpp"

namespace discern::web {
namespace {

namespace catalogue = metrics::catalogue;
using history::Reduction;

// In whole milliseconds, as history counts. Right after a change the window after it has no length
// yet, or less than one.
struct Window {
  SystemTime from;
  SystemTime to;
  std::chrono::milliseconds length() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
  }
  bool empty() const { return length() < std::chrono::milliseconds(1); }
};

// The window as one point of each series of this plugin. Nothing when history does not know the
// family yet.
Result<std::vector<history::QuerySeries>> ask(history::Reader& reader,
                                              const std::string& plugin,
                                              const Window& window,
                                              const metrics::Descriptor& family,
                                              Reduction reduction) {
  history::Query query;
  query.family = family.name;
  query.labels = {{"plugin", plugin}};
  query.from = window.from;
  query.to = window.to;
  query.step = window.length();
  query.reduction = reduction;
  Result<history::QueryResult> result = reader.run(query);
  if (result) return std::move(result->series);
  if (result.error().kind == Errc::NotFound) return std::vector<history::QuerySeries>{};
  return std::move(result).error();
}

Result<std::optional<double>> total_rate(history::Reader& reader,
                                         const std::string& plugin,
                                         const Window& window,
                                         const metrics::Descriptor& family) {
  auto series = ask(reader, plugin, window, family, Reduction::Rate);
  if (!series) return std::move(series).error();
  std::optional<double> sum;
  for (const history::QuerySeries& one : *series) {
    if (!one.points.empty() && one.points[0]) sum = sum.value_or(0) + *one.points[0];
  }
  return sum;
}

Result<void> append_window(JsonWriter& writer,
                           std::string_view key,
                           history::Reader& reader,
                           const std::string& plugin,
                           const Window& window) {
  constexpr double kMinute = 60;
  struct Column {
    std::string_view key;
    const metrics::Descriptor& family;
    double scale;
  };
  const Column columns[] = {
      {"errors_per_minute", catalogue::kPluginErrors, kMinute},
      {"commands_per_minute", catalogue::kCommands, kMinute},
      {"failed_commands_per_minute", catalogue::kCommandErrors, kMinute},
      {"events_per_second", catalogue::kPluginEvents, 1},
      {"dropped_per_minute", catalogue::kPluginDropped, kMinute},
      {"stalls_per_minute", catalogue::kPluginStalls, kMinute},
      {"rest_per_minute", catalogue::kPluginRest, kMinute},
      {"cpu_ratio", catalogue::kPluginCpu, 1},
      {"allocated_bytes_per_second", catalogue::kPluginAllocatedBytes, 1},
  };
  writer.open_object(key)
      .number("from", epoch_seconds(window.from))
      .number("to", epoch_seconds(window.to));
  for (const Column& column : columns) {
    auto rate = window.empty() ? Result<std::optional<double>>(std::nullopt)
                               : total_rate(reader, plugin, window, column.family);
    if (!rate) return std::move(rate).error();
    if (*rate) **rate *= column.scale;
    writer.number(column.key, *rate);
  }
  writer.open_object("handler_p95_ms");
  if (!window.empty()) {
    auto series = ask(reader, plugin, window, catalogue::kPluginHandler, Reduction::P95);
    if (!series) return std::move(series).error();
    for (const history::QuerySeries& one : *series) {
      for (const auto& [name, value] : one.labels) {
        if (name != "kind" || one.points.empty() || !one.points[0]) continue;
        writer.number(value, *one.points[0] * 1000);
      }
    }
  }
  writer.close_object().close_object();
  return {};
}

}  // namespace

Result<std::string> compare(history::Reader& reader, const Comparison& what) {
  std::string out;
  JsonWriter writer(out);
  writer.open_object()
      .text("plugin", what.plugin)
      .number("at", epoch_seconds(what.at))
      .number("minutes", static_cast<double>(what.span.count()));
  const Window before{what.at - what.span, what.at};
  // A clock that was set back can make the change lie ahead.
  const Window after{what.at, std::max(what.at, std::min(what.at + what.span, what.now))};
  if (auto done = append_window(writer, "before", reader, what.plugin, before); !done) {
    return std::move(done).error();
  }
  if (auto done = append_window(writer, "after", reader, what.plugin, after); !done) {
    return std::move(done).error();
  }
  writer.close_object();
  return out;
}

}  // namespace discern::web
