#pragma once

// Inside of the web stage: what the endpoints share, and what each of them is given.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "export/prometheus_text.hpp"
#include "net/http_message.hpp"
#include "web/live_hub.hpp"
#include "web/live_sink.hpp"
#include "web/query_pool.hpp"
#include "web/request_meter.hpp"
#include "web/request_path.hpp"
#include "web/server.hpp"

namespace discern::web {

// Bytes made of one snapshot, until the next one comes.
struct SnapshotCache {
  std::uint64_t sequence = 0;
  net::SharedBytes bytes;
};

// All of it belongs to the web thread; windows and pool are thread-safe by themselves.
struct Site {
  Site(Options given, metrics::Registry& registry, Windows seen);

  const Options options;
  const Windows windows;
  metrics::Family<metrics::Counter>& page_views;
  RequestMeter meter;
  LiveHub hub;
  LiveSink live;
  QueryPool pool;
  // Runs work on the web thread. Set before the first tick.
  std::function<void(std::function<void()>)> post;

  // How long encoding takes.
  const metrics::Histogram text_time[2];  // By exporter::TextFormat.
  const metrics::Histogram json_time;
  exporter::SeedJsonEncoder seed_encoder;
  SnapshotCache seed_json;
  SnapshotCache text[2];  // By exporter::TextFormat.
  net::SharedBytes catalogue;
  std::size_t catalogue_size = 0;  // Families that were declared when it was made.
  std::unordered_map<std::string_view, net::SharedBytes> inflated;  // Assets, by path.

  // Requests that a plugin has and has not answered. Its thread counts down, perhaps later than
  // this object lives.
  const std::shared_ptr<std::atomic<std::size_t>> plugin_requests =
      std::make_shared<std::atomic<std::size_t>>(0);

  exporter::SeedExtras seed_extras() const;
};

// One request on its way through an endpoint. What is answered a second time is ignored.
struct Call {
  const net::HttpRequest& request;  // Until the endpoint returns.
  std::string_view path;            // Decoded.
  std::string_view rest;            // What a route's "*" stood for.
  net::HttpResponder responder;

  void json(net::HttpBody body, int status = 200);
  void error(int status, std::string_view sentence);
  void answer(net::HttpResponse response);
};

// Runs `work` on a query thread and answers with the JSON it returns, or with its error.
using PoolWork = std::function<Result<std::string>(Result<history::Reader*>)>;
void answer_from_pool(Site& site, Call& call, PoolWork work);  // api_history.cpp
// The same for answers that are made while they are read.
using PoolBodyWork = std::function<Result<net::HttpBody>(Result<history::Reader*>)>;
void answer_from_pool(Site& site, Call& call, PoolBodyWork work);

// The route of a plugin that answers "<id>/path"; nothing if there is none.
std::optional<plugin::RouteInfo> find_plugin_route(const Site& site, std::string_view rest);

// May take the responder along to answer later. An exception becomes 500.
using Endpoint = void (*)(Site&, Call&);

// Endpoints, by file.
void serve_health(Site& site, Call& call);        // api_health.cpp
void serve_ready(Site& site, Call& call);         //
void serve_prometheus(Site& site, Call& call);    // api_metrics.cpp
void serve_seed_metrics(Site& site, Call& call);  //
void serve_live(Site& site, Call& call);          // api_live.cpp
void serve_ticks(Site& site, Call& call);         //
void serve_view(Site& site, Call& call);          //
void serve_commands(Site& site, Call& call);      // api_tables.cpp
void serve_verdict(Site& site, Call& call);       //
void serve_catalogue(Site& site, Call& call);     //
void serve_shards(Site& site, Call& call);        // api_discord.cpp
void serve_rest(Site& site, Call& call);          //
void serve_interactions(Site& site, Call& call);  //
void serve_activity(Site& site, Call& call);      // api_activity.cpp
void serve_plugins(Site& site, Call& call);       // api_plugins.cpp
void serve_plugin(Site& site, Call& call);        //
void serve_status(Site& site, Call& call);        // api_history.cpp
void serve_series(Site& site, Call& call);        //
void serve_query(Site& site, Call& call);         //
void serve_plugin_route(Site& site, Call& call);  // plugin_routes.cpp
void serve_asset(Site& site, Call& call);         // pages.cpp
void serve_page(Site& site, Call& call);          //
void serve_unknown_api(Site& site, Call& call);   //

}  // namespace discern::web
