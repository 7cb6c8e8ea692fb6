#include "web/routes.hpp"

namespace discern::web {
namespace {

constexpr auto kApi = RequestKind::Api;
constexpr auto kStream = RequestKind::Stream;

// The first whose path fits answers.
constexpr Route kRoutes[] = {
    {"GET", "/healthz", serve_health, RequestKind::Page, RouteAccess::Open},
    {"GET", "/readyz", serve_ready, RequestKind::Page, RouteAccess::Open},
    {"GET", "/metrics", serve_prometheus},
    {"GET", "/api/metrics", serve_seed_metrics, kApi},
    {"GET", "/api/v1/live", serve_live, kStream},
    {"GET", "/api/v1/ticks", serve_ticks, kApi},
    {"GET", "/api/v1/commands", serve_commands, kApi},
    {"GET", "/api/v1/verdict", serve_verdict, kApi},
    {"GET", "/api/v1/plugins", serve_plugins, kApi},
    {"*", "/api/v1/plugins/*", serve_plugin, kApi},
    {"GET", "/api/v1/shards", serve_shards, kApi},
    {"GET", "/api/v1/rest", serve_rest, kApi},
    {"GET", "/api/v1/interactions", serve_interactions, kApi},
    {"GET", "/api/v1/activity", serve_activity, kApi},
    {"GET", "/api/v1/series", serve_series, kApi},
    {"GET", "/api/v1/query", serve_query, kApi},
    {"GET", "/api/v1/catalogue", serve_catalogue, kApi},
    {"GET", "/api/v1/status", serve_status, kApi},
    {"POST", "/api/v1/view", serve_view, kApi},
    {"*", "/api/*", serve_unknown_api, kApi},
    {"*", "/plugins/*", serve_plugin_route, RequestKind::Page, RouteAccess::Handler},
    {"GET", "/assets/*", serve_asset},
    {"GET", "/*", serve_page},
};

bool allows(std::string_view route, std::string_view method) {
  return route == "*" || route == method || (route == "GET" && method == "HEAD");
}

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

bool is_served_when_crowded(const Route& route) {
  return route.access == RouteAccess::Open || route.path.starts_with("/api/v1/plugins");
}

RouteMatch match_route(std::string_view method, std::string_view path) {
  for (std::size_t i = 0; i < std::size(kRoutes); ++i) {
    const Route& route = kRoutes[i];
    std::string_view rest;
    if (route.path.ends_with('*')) {
      const std::string_view prefix = route.path.substr(0, route.path.size() - 1);
      if (!path.starts_with(prefix)) continue;
      rest = path.substr(prefix.size());
    } else if (route.path != path) {
      continue;
    }
    return {i, rest, allows(route.method, method)};
  }
  return {std::size(kRoutes) - 1, path, allows("GET", method)};
}

}  // namespace discern::web
