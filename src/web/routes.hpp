#pragma once

// Which endpoint answers which request. Pure.

#include <span>
#include <string_view>

#include "web/request_meter.hpp"
#include "web/site.hpp"

namespace discern::web {

enum class RouteAccess { Guarded, Open };

struct Route {
  std::string_view method;  // "GET" stands for HEAD too; "*" for every method.
  std::string_view path;    // A "*" at the end stands for any rest.
  Endpoint endpoint;
  RequestKind kind = RequestKind::Page;
  RouteAccess access = RouteAccess::Guarded;
};

std::span<const Route> routes();

struct RouteMatch {
  std::size_t index = 0;       // In routes().
  std::string_view rest;       // What the "*" stood for.
  bool method_allowed = true;  // Else: the path is known, but not with this method.
};

// There is always one: the last route takes every path.
RouteMatch match_route(std::string_view method, std::string_view path);

}  // namespace discern::web
