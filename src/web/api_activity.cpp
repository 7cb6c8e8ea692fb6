// Who is active: how many people, and which guilds.

#include <algorithm>

#include "metrics/catalogue.hpp"
#include "metrics/period.hpp"
#include "web/site.hpp"

namespace discern::web {
namespace {

namespace catalogue = metrics::catalogue;
using metrics::Series;
using metrics::Snapshot;

void append_active_users(JsonWriter& writer, const Snapshot& snapshot) {
  writer.open_object("active_users");
  if (const auto* family = snapshot.find_family(catalogue::kActiveUsers.name)) {
    // Each period is estimated with a key of its own. The day lies within the others: no estimate
    // of theirs that is below the day's can be better.
    double day = 0;
    for (const Series* series : family->series) {
      if (series->label(0) == metrics::to_string(metrics::Period::Day)) {
        day = snapshot.value(*series);
      }
    }
    for (const Series* series : family->series) {
      writer.number(series->label(0), std::max(snapshot.value(*series), day));
    }
  }
  writer.close_object();
}

void append_busiest(JsonWriter& writer, const Snapshot& snapshot, const Series& series) {
  const std::size_t shown = catalogue::kGuildEvents.top;
  const metrics::TopKView view = snapshot.topk(series);
  writer.open_object(series.label(0))
      .number("events", static_cast<double>(view.total))
      .open_array("top");
  for (const metrics::TopKItem& item : view.top(shown)) {
    writer.open_object()
        .text("guild", item.item)
        .number("events", static_cast<double>(item.count))
        .number("events_at_most", static_cast<double>(item.count + item.error))
        .close_object();
  }
  writer.close_array().number("other", static_cast<double>(view.other(shown))).close_object();
}

}  // namespace

// The one place that names guilds.
void serve_activity(Site& site, Call& call) {
  const metrics::SnapshotPtr& snapshot = site.hub.snapshot();
  if (!snapshot) return call.error(503, "the first tick has not come yet");
  std::string out;
  JsonWriter writer(out);
  writer.open_object();
  append_active_users(writer, *snapshot);
  writer.open_object("guilds");
  if (const auto* family = snapshot->find_family(catalogue::kGuildEvents.name)) {
    for (const Series* series : family->series) append_busiest(writer, *snapshot, *series);
  }
  writer.close_object().close_object();
  call.json(std::move(out));
}

}  // namespace discern::web
