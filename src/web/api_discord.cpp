// Endpoints about the Discord side: shards, REST and its limits, interactions.

#include <map>

#include "metrics/buckets.hpp"
#include "metrics/catalogue.hpp"
#include "web/site.hpp"

namespace discern::web {
namespace {

namespace catalogue = metrics::catalogue;
using metrics::Descriptor;
using metrics::Series;
using metrics::Snapshot;

// By the values of the first and the second label.
using Table = std::map<std::pair<std::string_view, std::string_view>, double>;

template <class Each>
void for_series(const Snapshot& snapshot, const Descriptor& family, Each each) {
  const metrics::FamilySeries* found = snapshot.find_family(family.name);
  if (found == nullptr) return;
  for (const Series* series : found->series) {
    if (series->id() < snapshot.series_count()) each(*series);
  }
}

void append_quantiles(JsonWriter& writer,
                      std::string_view prefix,
                      const metrics::HistogramTotal& histogram) {
  for (const auto& [name, q] : {std::pair("p50_ms", 0.5), {"p95_ms", 0.95}, {"p99_ms", 0.99}}) {
    const double value = metrics::quantile(q, histogram.zero, histogram.buckets);
    writer.number(std::string(prefix) + name, value * 1000);
  }
}

std::optional<double> to_number(const std::optional<std::uint64_t>& count) {
  return count ? std::optional(static_cast<double>(*count)) : std::nullopt;
}

void append_shard(JsonWriter& writer, const discord::ShardStatus& shard) {
  const auto to_ms = [](const std::optional<double>& seconds) {
    return seconds ? std::optional(*seconds * 1000) : std::nullopt;
  };
  writer.open_object()
      .number("id", shard.id)
      .text("state", shard.state)
      .number("guilds", to_number(shard.guilds))
      .number("guilds_pending", static_cast<double>(shard.guilds_pending))
      .number("heartbeat_rtt_ms", to_ms(shard.heartbeat_rtt_seconds))
      .number("last_ack_age_s", shard.last_ack_age_seconds)
      .number("last_dispatch_age_s", shard.last_dispatch_age_seconds)
      .number("resumes", static_cast<double>(shard.resumes))
      .number("identifies", static_cast<double>(shard.identifies))
      .number("missed_heartbeats", static_cast<double>(shard.missed_heartbeats))
      .number("closes", static_cast<double>(shard.closes));
  if (shard.last_close.empty()) {
    writer.null("last_close");
  } else {
    writer.text("last_close", shard.last_close);
  }
  if (shard.waits_for.empty()) {
    writer.null("waits_for");
  } else {
    writer.text("waits_for", shard.waits_for);
  }
  writer.number("waits_s", shard.waits_seconds)
      .number("not_ready_s", shard.not_ready_seconds)
      .number("failures_in_a_row", shard.failures_in_a_row);
  writer.close_object();
}

void append_totals_by_first_label(JsonWriter& writer,
                                  std::string_view key,
                                  const Snapshot& snapshot,
                                  const Descriptor& family) {
  std::map<std::string_view, double> totals;
  for_series(snapshot, family, [&](const Series& series) {
    totals[series.label(0)] += snapshot.lifetime_value(series);
  });
  writer.open_object(key);
  for (const auto& [value, total] : totals) writer.number(value, total);
  writer.close_object();
}

}  // namespace

// Ages are of this moment, totals of the newest tick.
void serve_shards(Site& site, Call& call) {
  const discord::GatewayStatus status =
      site.windows.discord ? site.windows.discord->status() : discord::GatewayStatus();
  std::string out;
  JsonWriter writer(out);
  writer.open_object().open_array("shards");
  for (const discord::ShardStatus& shard : status.shards) append_shard(writer, shard);
  writer.close_array().number("shard_count", status.shard_count);
  if (status.identify_budget) {
    writer.open_object("identify_budget")
        .number("total", status.identify_budget->total)
        .number("remaining", status.identify_budget->remaining)
        .number("reset_in_s", status.identify_budget->reset_in_seconds)
        .close_object();
  } else {
    writer.null("identify_budget");
  }
  writer.number("guilds", to_number(status.guilds))
      .number("unavailable_guilds", static_cast<double>(status.unavailable_guilds))
      .number("users", to_number(status.users))
      .number("users_age_s", status.users_age_seconds);
  writer.name("users_exact").boolean(status.users_exact);
  if (const metrics::SnapshotPtr& snapshot = site.hub.snapshot()) {
    writer.number("joins", snapshot->lifetime_sum(catalogue::kGuildJoins.name))
        .number("leaves", snapshot->lifetime_sum(catalogue::kGuildLeaves.name));
    append_totals_by_first_label(writer, "close_codes", *snapshot, catalogue::kGatewayCloses);
    append_totals_by_first_label(writer, "connects", *snapshot, catalogue::kGatewayConnects);
    append_totals_by_first_label(writer, "bytes", *snapshot, catalogue::kGatewayBytes);
  }
  writer.text("message", status.message).open_array("warnings");
  for (const std::string& warning : status.warnings) writer.text(warning);
  if (site.windows.data_warnings) {
    for (const std::string& warning : site.windows.data_warnings()) writer.text(warning);
  }
  writer.close_array().close_object();
  call.json(std::move(out));
}

namespace {

struct RestRoute {
  double requests = 0;
  double failed = 0;   // Answered with another status than 2xx, or not at all.
  double limited = 0;  // 429.
  const Series* duration = nullptr;
  const discord::RouteLimit* limit = nullptr;
};

void append_route(JsonWriter& writer,
                  const std::string& name,
                  const RestRoute& route,
                  const Snapshot* snapshot) {
  writer.open_object()
      .text("route", name)
      .number("requests", route.requests)
      .number("failed", route.failed)
      .number("limited", route.limited);
  append_quantiles(writer,
                   "",
                   route.duration != nullptr ? snapshot->lifetime_histogram(*route.duration)
                                             : metrics::HistogramTotal());
  if (route.limit == nullptr) {
    writer.null("limit").close_object();
    return;
  }
  writer.open_object("limit")
      .text("bucket", route.limit->bucket)
      .number("buckets", static_cast<double>(route.limit->buckets))
      .number("limit", route.limit->limit)
      .number("remaining", route.limit->remaining)
      .number("reset_in_s", route.limit->reset_in_seconds)
      .number("waiting", static_cast<double>(route.limit->waiting));
  writer.name("blocked").boolean(route.limit->blocked).close_object().close_object();
}

std::map<std::string, RestRoute> rest_routes(const Snapshot* snapshot,
                                             const discord::RestStatus& status) {
  std::map<std::string, RestRoute> routes;
  const auto route_of = [&](const Series& series) -> RestRoute& {
    return routes[std::string(series.label(0)) + " " + std::string(series.label(1))];
  };
  if (snapshot != nullptr) {
    for_series(*snapshot, catalogue::kRestRequests, [&](const Series& series) {
      const std::string_view code = series.label(2);
      const double count = snapshot->lifetime_value(series);
      RestRoute& route = route_of(series);
      route.requests += count;
      if (!code.starts_with('2')) route.failed += count;
      if (code == "429") route.limited += count;
    });
    for_series(*snapshot, catalogue::kRestDuration, [&](const Series& series) {
      route_of(series).duration = &series;
    });
  }
  for (const discord::RouteLimit& limit : status.routes) routes[limit.route].limit = &limit;
  return routes;
}

}  // namespace

// Limits are those of this second, totals of the newest tick.
void serve_rest(Site& site, Call& call) {
  const metrics::SnapshotPtr& snapshot = site.hub.snapshot();
  const discord::RestStatus status =
      site.windows.discord ? site.windows.discord->rest_status() : discord::RestStatus();
  std::string out;
  JsonWriter writer(out);
  writer.open_object().open_array("routes");
  for (const auto& [name, route] : rest_routes(snapshot.get(), status)) {
    append_route(writer, name, route, snapshot.get());
  }
  writer.close_array().open_array("limited");
  if (snapshot) {
    for_series(*snapshot, catalogue::kRestLimited, [&](const Series& series) {
      writer.open_object()
          .text("scope", series.label(0))
          .text("plugin", series.label(1))
          .number("count", snapshot->lifetime_value(series))
          .close_object();
    });
  }
  writer.close_array().open_array("errors");
  if (snapshot) {
    for_series(*snapshot, catalogue::kRestErrors, [&](const Series& series) {
      writer.open_object()
          .text("route", series.label(0))
          .text("code", series.label(1))
          .number("count", snapshot->lifetime_value(series))
          .close_object();
    });
  }
  writer.close_array()
      .number("waiting", static_cast<double>(status.waiting))
      .open_object("global")
      .number("used", status.global_used)
      .number("limit", status.global_limit)
      .number("blocked_s", status.global_blocked_seconds)
      .close_object()
      .open_object("invalid")
      .number("count", status.invalid)
      .number("stop_at", status.invalid_limit)
      .number("ban_at", 10000)
      .close_object();
  writer.name("token_refused").boolean(status.token_refused).close_object();
  call.json(std::move(out));
}

// The way of every kind of interaction: received, acknowledged within Discord's 3 s, and how it
// ended.
void serve_interactions(Site& site, Call& call) {
  const metrics::SnapshotPtr& snapshot = site.hub.snapshot();
  std::string out;
  JsonWriter writer(out);
  writer.open_object().open_array("types");
  if (snapshot) {
    std::map<std::string_view, const Series*> arrivals;
    std::map<std::string_view, const Series*> acks;
    Table acknowledged;
    Table outcomes;
    for_series(*snapshot, catalogue::kInteractionArrival, [&](const Series& series) {
      arrivals[series.label(0)] = &series;
    });
    for_series(*snapshot, catalogue::kInteractionAck, [&](const Series& series) {
      acks[series.label(0)] = &series;
    });
    for_series(*snapshot, catalogue::kInteractionsAcknowledged, [&](const Series& series) {
      acknowledged[{series.label(0), series.label(1)}] = snapshot->lifetime_value(series);
    });
    for_series(*snapshot, catalogue::kInteractions, [&](const Series& series) {
      outcomes[{series.label(0), series.label(1)}] = snapshot->lifetime_value(series);
    });
    const auto histogram_of = [&](const auto& map, std::string_view type) {
      const auto found = map.find(type);
      return found == map.end() ? metrics::HistogramTotal()
                                : snapshot->lifetime_histogram(*found->second);
    };
    for_series(*snapshot, catalogue::kInteractionsReceived, [&](const Series& series) {
      const std::string_view type = series.label(0);
      writer.open_object()
          .text("type", type)
          .number("received", snapshot->lifetime_value(series))
          .number("acknowledged", acknowledged[{type, "plugin"}] + acknowledged[{type, "host"}])
          .number("acknowledged_by_host", acknowledged[{type, "host"}]);
      append_quantiles(writer, "arrival_", histogram_of(arrivals, type));
      append_quantiles(writer, "ack_", histogram_of(acks, type));
      writer.open_object("outcomes");
      for (const auto& [key, count] : outcomes) {
        if (key.first == type) writer.number(key.second, count);
      }
      writer.close_object().close_object();
    });
  }
  writer.close_array().open_array("errors");
  if (snapshot) {
    for_series(*snapshot, catalogue::kInteractionErrors, [&](const Series& series) {
      writer.open_object()
          .text("type", series.label(0))
          .text("code", series.label(1))
          .number("count", snapshot->lifetime_value(series))
          .close_object();
    });
  }
  writer.close_array().close_object();
  call.json(std::move(out));
}

}  // namespace discern::web
