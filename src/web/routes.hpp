#pragma once

// Which endpoint answers which request. Pure.

#include <span>
#include <string_view>

#include "web/access.hpp"
#include "web/request_meter.hpp"
#include "web/site.hpp"

namespace discern::web {

struct Route {
  std::string_view method;  // "GET" stands for HEAD too; "*" for every method.
  std::string_view path;    // A "*" at the end stands for any rest.
  Endpoint endpoint;
  RequestKind kind = RequestKind::Page;
  RouteAccess access = RouteAccess::Guarded;
};

std::span<const Route> routes();

// Whether a route is served also when all places for connections are taken: health, and what the
// command line asks.
bool is_served_when_crowded(const Route& route);

struct RouteMatch {
  std::size_t index = 0;       // In routes().
  std::string_view rest;       // What the "*" stood for.
  bool method_allowed = true;  // Else: the path is known, but not with this method.
};

// There is always one: the last route takes every path.
RouteMatch match_route(std::string_view method, std::string_view path);

}  // namespace discern::web
