// The live stream, its polling twin, and the page-view beacon.

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "web/site.hpp"

namespace discern::web {
namespace {

std::int64_t now_ms() {
  return epoch_ms(std::chrono::system_clock::now());
}

// What the client has already: the Last-Event-ID of a reconnect, else ?since= in seconds, else
// nothing (0). Nothing at all when it is malformed.
std::optional<std::int64_t> parse_since(const net::HttpRequest& request,
                                        const std::optional<QueryParameters>& parameters) {
  if (const net::HttpField* last = request.find_field("Last-Event-ID")) {
    std::int64_t ms = 0;
    const char* end = last->value.data() + last->value.size();
    const auto read = std::from_chars(last->value.data(), end, ms);
    if (read.ec == std::errc() && read.ptr == end) return ms;
    return std::nullopt;
  }
  if (!parameters) return std::nullopt;
  const std::optional<double> since = parameters->number("since");
  if (!since) return 0;
  // Beyond this a double holds no exact milliseconds.
  if (std::isnan(*since) || std::fabs(*since) > 9e12) return std::nullopt;
  return std::llround(*since * 1000);
}

constexpr std::string_view kBadSince = "Give since as a time in seconds, for example ?since=0.";

}  // namespace

void serve_live(Site& site, Call& call) {
  const auto parameters = QueryParameters::parse(call.request.query);
  const std::optional<std::int64_t> since = parse_since(call.request, parameters);
  if (!since) return call.error(400, kBadSince);
  const bool is_alone = parameters && parameters->find("alone") != nullptr;
  const std::string alone = is_alone ? std::string(call.request.remote) : std::string();
  net::HttpResponse head;
  if (!site.hub.has_room(alone)) {
    // 204 is what makes an EventSource stop for good; the page polls from then on.
    site.meter.on_refused("live_streams");
    head.status = 204;
    return call.answer(std::move(head));
  }
  head.content_type = "text/event-stream";
  head.cache_control = "no-store, no-transform";
  head.fields.emplace_back("X-Accel-Buffering", "no");
  site.hub.open(std::move(call.responder), std::move(head), alone, *since, now_ms());
}

void serve_ticks(Site& site, Call& call) {
  const std::optional<std::int64_t> since =
      parse_since(call.request, QueryParameters::parse(call.request.query));
  if (!since) return call.error(400, kBadSince);
  call.json(site.hub.ticks_json(*since, now_ms()));
}

void serve_view(Site& site, Call& call) {
  // The pages of the dashboard; anything else would let a visitor invent label values.
  static constexpr std::array<std::string_view, 6> kPages = {
      "/", "/commands", "/plugins", "/shards", "/events", "/discord"};
  constexpr std::string_view kWanted =
      R"(Send {"path": "/"} with the path of a page of the dashboard.)";
  if (call.request.body.size() > 1024) return call.error(400, kWanted);
  boost::system::error_code ec;
  const boost::json::value body = boost::json::parse(
      boost::json::string_view(call.request.body.data(), call.request.body.size()), ec);
  const boost::json::object* object = ec ? nullptr : body.if_object();
  const boost::json::value* path = object ? object->if_contains("path") : nullptr;
  if (path == nullptr || !path->is_string()) return call.error(400, kWanted);
  const boost::json::string& text = path->get_string();
  const std::string_view page(text.data(), text.size());
  if (std::find(kPages.begin(), kPages.end(), page) == kPages.end()) {
    return call.error(400, kWanted);
  }
  site.page_views.with(page).add();
  net::HttpResponse response;
  response.status = 204;
  call.answer(std::move(response));
}

}  // namespace discern::web
