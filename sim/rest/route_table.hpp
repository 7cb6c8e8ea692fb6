#pragma once

// Every REST route, with its bucket and its handler.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/rest/call.hpp"

namespace discern::sim {

struct Route {
  std::string_view method;
  std::string_view path;  // A template below /api/v10, such as "/channels/{channel.id}/messages".
  Handler handler;
  BucketLimit limit;
  // Interaction answers and webhooks carry their credential in the path, need no Authorization and
  // do not count against the global limit.
  bool carries_token = false;
  bool anonymous = false;
};

struct RouteMatch {
  const Route* route = nullptr;
  std::vector<std::string> args;
  bool path_known = false;  // Another method exists.

  // The bucket's name, with its major parameter.
  std::string bucket() const;
};

RouteMatch find_route(std::string_view method, std::string_view path);

// The routes of each subject, joined by the table.
std::span<const Route> account_routes();
std::span<const Route> command_routes();
std::span<const Route> interaction_routes();
std::span<const Route> channel_routes();
std::span<const Route> guild_routes();

}  // namespace discern::sim
