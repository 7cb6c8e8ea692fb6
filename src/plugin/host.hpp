#pragma once

// The plugin stage: loads plugins, hands them what comes from Discord and the web, and measures
// them.
//
// Order of use: construct, `intents()` for the gateway, `start`, then give it to the gateway as its
// sink and to web as its window; `sample` with each tick; `stop` after the gateway has stopped.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "discord/model/dispatch.hpp"
#include "discord/model/rest_port.hpp"
#include "metrics/registry.hpp"
#include "plugin/host_options.hpp"
#include "plugin/status.hpp"
#include "plugin/supervisor.hpp"

namespace discern::plugin {

class Host final : public discord::DispatchSink, public StatusSource {
 public:
  // Reads the manifests. All references must outlive the host; `rest` must call each `done` that is
  // under way, or drop it, before it is destroyed.
  Host(const Clock& clock,
       metrics::Registry& registry,
       discord::RestPort& rest,
       HostOptions options);
  ~Host() override;

  // What the enabled plugins ask of the gateway, and which of them ask for any of `intents`.
  discord::Intents intents() const;
  std::vector<std::string> who_wants(discord::Intents intents) const;
  // Guild permissions for the invitation link.
  std::uint64_t permissions() const;

  // Loads the plugins and waits until each has started or failed, at most the init limit. Errors:
  // Limit (no thread).
  Result<void> start();
  // Any thread: `start` returns now, whatever has not started yet.
  void stop_waiting() { supervisor_.stop_waiting(); }
  // Ends them. Returns how many threads did not come back: when it is not 0, the process must end
  // by _exit, because their code still runs. Waits at most the stop limit and half a second.
  std::size_t stop();

  // Any thread, never waits. `done` comes on the host's own thread, also with an error.
  void enable(const std::string& id, ControlDone done);
  void disable(const std::string& id, ControlDone done);
  void reload(const std::string& id, ControlDone done);
  // The operator's new values of [plugin.<id>]: reloads the plugins whose values or files changed,
  // and loads new folders.
  void renew(std::map<std::string, ConfigValues> config);

  // The body for Discord's bulk overwrite of the bot's commands.
  std::string commands_json() const;
  // Generations that ended and whose code is still in memory.
  std::size_t pinned() const;
  // Brings CPU seconds, allocations and queue depths up to date, and every ten seconds the file of
  // the last errors. Called by the tick.
  void sample();
  // Processor time of all plugins' own threads in this process, as of the last `sample`.
  std::chrono::nanoseconds cpu() const;
  // Looks at the clock again on every loop: for clocks that jump, as in tests.
  void poke();

  // DispatchSink, on the gateway thread.
  bool wants(std::string_view type) const override;
  void on_dispatch(const discord::Dispatch& dispatch) override;
  void on_pause() override;
  void on_ready(discord::ApplicationId application) override;

  // StatusSource, any thread.
  std::vector<PluginStatus> plugins() const override;
  std::vector<CommandStatus> commands() const override;
  std::vector<Incident> incidents(std::string_view plugin) const override;
  void control(std::string_view plugin, Control what, ControlDone done) override;
  void serve(std::string_view plugin, RouteRequest request, RouteDone done) override;
  std::optional<RouteInfo> find_route(std::string_view plugin,
                                      std::string_view path) const override;

 private:
  void post_event(const std::shared_ptr<Instance>& instance, const discord::Dispatch& dispatch);
  void on_interaction(const discord::Dispatch& dispatch);
  void hand_over(const discord::Dispatch& dispatch,
                 const std::shared_ptr<Instance>& instance,
                 const std::string& plugin,
                 InteractionCall call,
                 std::uint64_t callback,
                 bool privately);
  // Answers in place of a plugin that cannot.
  void turn_away(const discord::InteractionHead& head,
                 const std::string& plugin,
                 std::string_view outcome,
                 std::string_view sentence);
  std::chrono::nanoseconds age_at_least(discord::InteractionId id) const;
  bool expired(const discord::Dispatch& dispatch);
  // Discord did not take a plugin's answer: an error of its command. Any thread.
  void on_refusal(const Interactions::Refusal& what);
  void take_last_crashes(std::vector<CrashReport> crashes);
  void read_incidents();
  void save_incidents();
  void watch();
  static void tell_stall(Instance& instance);

  const Clock& clock_;
  const HostOptions options_;
  std::shared_ptr<Interactions> interactions_;
  Exchanges exchanges_;
  OwnFamilies families_;
  WebGate web_;
  Incidents incidents_;
  KeptFile incident_file_ = Incidents::kept_file(options_.incident_file);  // Guarded by saving_.
  std::mutex saving_;
  std::uint64_t saved_revision_ = 0;  // Guarded by saving_, as the one below.
  SteadyTime saved_at_{};
  std::atomic<bool> resolving_{false};  // That is posted, and has not begun.
  Supervisor supervisor_;
  Services services_;
  Loop watchdog_;
  std::thread watchdog_thread_;
  // Gateway thread only, as is what follows: who has events that it was not woken for.
  std::vector<std::shared_ptr<Instance>> asleep_;
};

}  // namespace discern::plugin
