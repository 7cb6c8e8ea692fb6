#include "sim/rest/route_table.hpp"

#include <fmt/format.h>

#include <array>

#include "sim/world/rng.hpp"

namespace discern::sim {
namespace {

// Takes the part up to the next slash off the front.
std::string_view next_part(std::string_view& path) {
  path.remove_prefix(path.starts_with('/') ? 1 : 0);
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view part = path.substr(0, end);
  path.remove_prefix(end);
  return part;
}

std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> args;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = next_part(pattern);
    const std::string got = percent_decoded(next_part(path));
    if (wanted.starts_with('{')) {
      if (got.empty()) return std::nullopt;
      args.push_back(got);
    } else if (wanted != got) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return args;
}

}  // namespace

RouteMatch find_route(std::string_view method, std::string_view path) {
  RouteMatch result;
  const std::array tables = {
      account_routes(), command_routes(), interaction_routes(), channel_routes(), guild_routes()};
  for (const std::span<const Route> table : tables) {
    for (const Route& route : table) {
      auto args = match(route.path, path);
      if (!args) continue;
      result.path_known = true;
      if (route.method != method) continue;
      result.route = &route;
      result.args = std::move(*args);
      return result;
    }
  }
  return result;
}

std::string RouteMatch::bucket() const {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const std::string_view text : {route->method, route->path}) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  std::string name = fmt::format("{:016x}{:016x}", mix(hash), mix(hash, 1));
  const bool has_major = route->path.starts_with("/channels/{") ||
                         route->path.starts_with("/guilds/{") || route->carries_token;
  if (has_major && !args.empty()) name += ":" + args[0];
  if (route->carries_token && args.size() > 1) name += ":" + args[1];
  return name;
}

}  // namespace discern::sim
