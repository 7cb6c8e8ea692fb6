#pragma once

// Window for web: what is loaded, how it behaves, how to switch it, and the routes it answers.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace discern::plugin {

struct StuckHandler {
  std::string handler;  // "command slow"
  double seconds = 0;
  // Where it was when it went over its budget, innermost first: "slow.so Slow::wait()+0x1f".
  std::vector<std::string> stack;
};

// What went wrong in a plugin.
struct Incident {
  SystemTime time;          // Of the last one.
  std::string kind;         // load, init, command, event, timer, route, stop, ..., stall, crash
  std::string handler;      // "command slow"
  std::string type;         // Of the exception; empty when there was none.
  std::string text;         // Empty after a restart: it may hold what a person wrote.
  std::uint64_t count = 1;  // How many like it came one after the other.
  std::vector<std::string> stack;  // Where it was thrown, innermost first.
};

struct CommandStatus {
  std::string name;  // "music play", "Report (user)".
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
  std::vector<std::string> requires_plugins;
  // How often its code was loaded by this process, and how many of these generations ended but are
  // still in memory: abandoned ones, and those that something in them pins.
  std::uint64_t generations = 0;
  std::uint64_t pinned = 0;
  // The last reload or change of version; known over restarts.
  std::optional<SystemTime> changed;
};

enum class Control { Enable, Disable, Reload };
using ControlDone = std::function<void(Result<void>)>;

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
// What a plugin registered for a path.
struct RouteInfo {
  std::string pattern;     // As registered: "/files/*".
  bool is_public = false;  // Pages of other sites may call it.
};

// Thread-safe; never waits for a plugin's thread.
class StatusSource {
 public:
  virtual ~StatusSource() = default;
  virtual std::vector<PluginStatus> plugins() const = 0;
  virtual std::vector<CommandStatus> commands() const = 0;
  // The last ones of a plugin, newest first.
  virtual std::vector<Incident> incidents(std::string_view plugin) const = 0;
  // Switches a plugin; survives a restart. `done` is called once, on any thread, when it is so, or
  // with why it is not: NotFound, Refused (what to mend), Timeout (it hangs in init). A plugin that
  // does not come back is abandoned after a moment: it cannot hold up its own disabling.
  virtual void control(std::string_view plugin, Control what, ControlDone done) = 0;
  // Hands a request to a plugin. `done` is called exactly once, on any thread: with the plugin's
  // answer, 404 (no such plugin or route), 503 (disabled, queue full) or 504 (no answer in 10 s).
  virtual void serve(std::string_view plugin, RouteRequest request, RouteDone done) = 0;
  // Which route would answer; nothing if none would, or if the plugin is not enabled.
  virtual std::optional<RouteInfo> find_route(std::string_view /*plugin*/,
                                              std::string_view /*path*/) const {
    return std::nullopt;
  }
};

}  // namespace discern::plugin
