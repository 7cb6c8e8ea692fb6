// /plugins/<id>/...: requests that plugins answer, on their own threads.

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

}  // namespace

void serve_plugin_route(Site& site, Call& call) {
  const std::string_view id = call.rest.substr(0, call.rest.find('/'));
  if (site.windows.plugins == nullptr || id.empty()) {
    return call.error(404, "There is no such plugin; /api/v1/plugins lists them.");
  }
  plugin::RouteRequest request;
  request.method = call.request.method;
  request.path = call.rest.substr(id.size());
  if (request.path.empty()) request.path = "/";
  request.query = call.request.query;
  request.body = call.request.body;
  for (const net::HttpField& field : call.request.fields) {
    if (!is_secret(field.name)) request.headers.emplace_back(field.name, field.value);
  }
  // Shared, because std::function wants to be copied; it is called once.
  const auto responder = std::make_shared<net::HttpResponder>(std::move(call.responder));
  site.windows.plugins->serve(id, std::move(request), [responder](plugin::RouteResponse response) {
    responder->answer(to_http(std::move(response)));
  });
}

}  // namespace discern::web
