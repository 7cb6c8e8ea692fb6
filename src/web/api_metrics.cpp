// Endpoints that show the newest snapshot as a whole. It is at most one live tick (a second) old,
// and each form of it is encoded once, however many ask.

#include "base/log.hpp"
#include "metrics/stopwatch.hpp"
#include "web/site.hpp"

namespace discern::web {
namespace {

constexpr std::string_view kNoTickYet = "Discern is starting; ask again in a second.";

}  // namespace

void serve_prometheus(Site& site, Call& call) {
  const metrics::SnapshotPtr& snapshot = site.hub.snapshot();
  if (!snapshot) return call.error(503, kNoTickYet);
  const exporter::TextFormat format = exporter::negotiate(call.request.field("Accept"));
  SnapshotCache& cache = site.text[static_cast<std::size_t>(format)];
  if (!cache.bytes || cache.sequence != snapshot->sequence()) {
    auto text = std::make_shared<std::string>();
    text->reserve(cache.bytes ? cache.bytes->size() + 4096 : 64 * 1024);
    {
      const metrics::ScopedTimer timer(site.text_time[static_cast<std::size_t>(format)]);
      exporter::append_text(*text, *snapshot, format);
    }
    cache = {snapshot->sequence(), std::move(text)};
  }
  net::HttpResponse response;
  response.content_type = exporter::content_type(format);
  response.fields.emplace_back("Vary", "Accept");
  response.body = cache.bytes;
  call.answer(std::move(response));
}

void serve_seed_metrics(Site& site, Call& call) {
  const metrics::SnapshotPtr& snapshot = site.hub.snapshot();
  if (!snapshot) return call.error(503, kNoTickYet);
  SnapshotCache& cache = site.seed_json;
  if (!cache.bytes || cache.sequence != snapshot->sequence()) {
    try {
      if (site.options.before_encoding) site.options.before_encoding();
      auto text = std::make_shared<std::string>();
      {
        const metrics::ScopedTimer timer(site.json_time);
        site.seed_encoder.append(*text, *snapshot, site.seed_extras());
      }
      cache = {snapshot->sequence(), std::move(text)};
    } catch (const std::exception& e) {
      log::error("web", "GET /api/metrics failed: {}", e.what());
      // The original specification's own words.
      return call.error(500, "Failed to fetch metrics");
    }
  }
  call.json(cache.bytes);
}

}  // namespace discern::web
