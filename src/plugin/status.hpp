#pragma once

// Window for web: what is loaded, how it behaves, and the routes it answers.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace discern::plugin {

struct StuckHandler {
  std::string handler;  // "command slow"
  double seconds = 0;
};

struct CommandStatus {
  std::string name;  // Path: "music play".
  std::string plugin;
  std::string description;
};

struct PluginStatus {
  std::string id;
  std::string name;
  std::string version;
  std::string state;  // loading, enabled, disabled, failed, stuck
  double load_seconds = 0;
  double cpu_seconds = 0;
  std::uint64_t queue_depth = 0;
  std::optional<StuckHandler> stuck;
  // Why it is not enabled and what to do, one sentence.
  std::string message;
};

// A request to /plugins/<id>/<path>. Values only: it crosses to the plugin's thread.
struct RouteRequest {
  std::string method;
  std::string path;   // After /plugins/<id>, beginning with "/".
  std::string query;  // Undecoded, without the question mark.
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};
struct RouteResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};
using RouteDone = std::function<void(RouteResponse)>;

// Thread-safe; never waits for a plugin's thread.
class StatusSource {
 public:
  virtual ~StatusSource() = default;
  virtual std::vector<PluginStatus> plugins() const = 0;
  virtual std::vector<CommandStatus> commands() const = 0;
  // Hands a request to a plugin. `done` is called exactly once, on any thread: with the plugin's
  // answer, 404 (no such plugin or route), 503 (disabled, queue full) or 504 (no answer in 10 s).
  virtual void serve(std::string_view plugin, RouteRequest request, RouteDone done) = 0;
};

}  // namespace discern::plugin
