// /plugins/<id>/...: requests that plugins answer, on their own threads.

#include <algorithm>

#include "web/site.hpp"

namespace discern::web {
namespace {

// What lets a browser or a proxy act for its user is none of a plugin's business.
bool is_secret(std::string_view field) {
  for (const std::string_view name : {"Authorization", "Cookie", "Proxy-Authorization"}) {
    if (net::equal_names(field, name)) return true;
  }
  return false;
}

net::HttpResponse to_http(plugin::RouteResponse from) {
  net::HttpResponse response;
  // 1xx would be no answer, and numbers outside of HTTP confuse every client.
  response.status = from.status >= 200 && from.status <= 599 ? from.status : 500;
  response.content_type = {};
  if (!from.content_type.empty()) {
    response.fields.emplace_back("Content-Type", std::move(from.content_type));
  }
  response.body = std::move(from.body);
  return response;
}

std::string_view id_of(std::string_view rest) {
  return rest.substr(0, rest.find('/'));
}

// What follows the id, beginning with "/".
std::string_view path_of(std::string_view rest) {
  rest.remove_prefix(id_of(rest).size());
  return rest.empty() ? std::string_view("/") : rest;
}

bool is_page(const plugin::RouteResponse& response) {
  return response.status >= 200 && response.status < 300 &&
         response.content_type.starts_with("text/html");
}

// The label under which views of a page are counted: of the registered route, so that a visitor
// cannot invent any. Nothing for what is not looked at.
std::string page_label(const Site& site, const Call& call) {
  if (call.request.method != "GET") return {};
  const auto route = find_plugin_route(site, call.rest);
  return route ? "/plugins/" + std::string(id_of(call.rest)) + route->pattern : std::string();
}

// One of those that Site::plugin_requests counts, as long as it lives.
class CountedRequest {
 public:
  explicit CountedRequest(std::shared_ptr<std::atomic<std::size_t>> count)
      : count_(std::move(count)) {
    count_->fetch_add(1);
  }
  CountedRequest(CountedRequest&&) noexcept = default;
  CountedRequest& operator=(CountedRequest&&) = delete;
  ~CountedRequest() {
    if (count_) count_->fetch_sub(1);
  }

 private:
  std::shared_ptr<std::atomic<std::size_t>> count_;
};

// Shared, because std::function wants to be copied; it is called once.
struct Waiting {
  net::HttpResponder responder;
  CountedRequest counted;
};

}  // namespace

std::optional<plugin::RouteInfo> find_plugin_route(const Site& site, std::string_view rest) {
  if (site.windows.plugins == nullptr) return std::nullopt;
  return site.windows.plugins->find_route(id_of(rest), path_of(rest));
}

void serve_plugin_route(Site& site, Call& call) {
  const std::string_view id = id_of(call.rest);
  if (site.windows.plugins == nullptr || id.empty()) {
    return call.error(404, "There is no such plugin; /api/v1/plugins lists them.");
  }
  plugin::RouteRequest request;
  request.method = call.request.method;
  request.path = path_of(call.rest);
  request.query = call.request.query;
  request.body = call.request.body;
  for (const net::HttpField& field : call.request.fields) {
    if (!is_secret(field.name)) request.headers.emplace_back(field.name, field.value);
  }
  // A plugin that hangs must not take all places for connections.
  if (site.plugin_requests->load() >= std::max<std::size_t>(site.options.connections / 4, 4)) {
    site.meter.on_refused("plugin_requests");
    return call.error(503, "Too many requests wait for plugins; try again in a moment.");
  }
  const auto waiting = std::make_shared<Waiting>(
      Waiting{std::move(call.responder), CountedRequest(site.plugin_requests)});
  // The family of counters is thread-safe, and so is the responder.
  site.windows.plugins->serve(id,
                              std::move(request),
                              [waiting, &views = site.page_views, label = page_label(site, call)](
                                  plugin::RouteResponse response) {
                                if (!label.empty() && is_page(response)) views.with(label).add();
                                waiting->responder.answer(to_http(std::move(response)));
                              });
}

}  // namespace discern::web
