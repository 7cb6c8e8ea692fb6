#include "web/site.hpp"

#include "metrics/catalogue.hpp"

namespace discern::web {

Site::Site(Options given, metrics::Registry& registry, Windows seen)
    : options(std::move(given)),
      windows(std::move(seen)),
      page_views(registry.counters(metrics::catalogue::kPageViews)),
      meter(registry),
      hub(options.version, options.boot_id, options.live_streams, meter.viewers()),
      live(options.io_loop,
           windows.plugins,
           hub,
           [this](std::function<void()> work) { post(std::move(work)); }),
      pool(options.query_threads, windows.make_reader),
      text_time{registry.histogram(metrics::catalogue::kExportDuration, "prometheus"),
                registry.histogram(metrics::catalogue::kExportDuration, "openmetrics")},
      json_time(registry.histogram(metrics::catalogue::kExportDuration, "json")) {}

exporter::SeedExtras Site::seed_extras() const {
  const LiveSink::Delays delays = live.delays();
  return {.event_loop_delay_ms = delays.event_loop_ms,
          .api_latency_ms = delays.api_latency_ms,
          .api_response_ms = meter.api_times(),
          .error_rate = meter.error_rate()};
}

void Call::json(net::HttpBody body, int status) {
  net::HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  answer(std::move(response));
}

void Call::error(int status, std::string_view sentence) {
  json(error_json(sentence), status);
}

void Call::answer(net::HttpResponse response) {
  responder.answer(std::move(response));
}

}  // namespace discern::web
