#pragma once

// What a plugin holds of its host. Everything registered through it ends with the plugin.
//
// Every function may be called from every thread. Handlers run on the plugin's own thread, one at a
// time: a handler that takes long delays this plugin only. An exception that leaves a handler is
// counted and reported by the host.

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "discern/plugin/commands.hpp"
#include "discern/plugin/discord.hpp"
#include "discern/plugin/events.hpp"
#include "discern/plugin/http.hpp"
#include "discern/plugin/interaction.hpp"
#include "discern/plugin/metrics.hpp"

namespace discern::plugin {

using InteractionHandler = std::function<void(Interaction&)>;
using RouteHandler = std::function<void(const Request&, Response&)>;

// Lines carry the plugin's name.
class Log {
 public:
  explicit Log(const discern_host* host) : host_(host) {}
  void debug(std::string_view text) const { write(DISCERN_LOG_DEBUG, text); }
  void info(std::string_view text) const { write(DISCERN_LOG_INFO, text); }
  void warn(std::string_view text) const { write(DISCERN_LOG_WARN, text); }
  void error(std::string_view text) const { write(DISCERN_LOG_ERROR, text); }

 private:
  void write(std::int32_t level, std::string_view text) const {
    host_->log(host_->context, level, detail::text(text));
  }
  const discern_host* host_;
};

class Api {
 public:
  Api(const discern_host* host, std::string_view plugin) : host_(host), plugin_(plugin) {}

  // Throws Failure when the name breaks Discord's rules or is taken.
  Registration register_command(std::string path, std::string description, InteractionHandler run) {
    return register_command(Command(std::move(path), std::move(description)), std::move(run));
  }
  Registration register_command(const Command& command,
                                InteractionHandler run,
                                InteractionHandler autocomplete = {});
  // Buttons and selects whose custom_id begins with `prefix`; the longest match is called.
  Registration on_component(std::string_view prefix, InteractionHandler run) {
    return subscribe(DISCERN_ON_COMPONENT, prefix, on_interaction(std::move(run)));
  }
  // Forms whose custom_id begins with `prefix`.
  Registration on_modal(std::string_view prefix, InteractionHandler run) {
    return subscribe(DISCERN_ON_MODAL, prefix, on_interaction(std::move(run)));
  }
  // /plugins/<id><path>; a path that ends with * takes everything that begins like it.
  Registration register_route(std::string_view path, RouteHandler run);

 private:
  friend class Core;
  discern_callback on_interaction(InteractionHandler run) const {
    return detail::make_callback<discern_interaction>(
        [host = host_, plugin = plugin_, run = std::move(run)](const discern_interaction& message) {
          Interaction interaction(host, plugin, message);
          run(interaction);
        });
  }
  Registration subscribe(std::uint32_t kind, std::string_view key, discern_callback run) const {
    auto what = detail::sized<discern_subscription>();
    what.kind = kind;
    what.key = detail::text(key);
    what.run = run;
    auto failure = detail::sized<discern_failure>();
    const std::uint64_t id = host_->subscribe(host_->context, &what, &failure);
    if (id == 0) detail::raise(failure);
    return {host_, id};
  }

  const discern_host* host_;
  std::string plugin_;
};

class Core {
 public:
  Core(const discern_host* host, const discern_start& start)
      : host_(host),
        id_(detail::view(start.id)),
        version_(detail::view(start.version)),
        config_(detail::view(start.config_json)),
        api_(host, id_),
        metrics_(host),
        discord_(host, id_),
        log_(host) {}
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  const std::string& id() const { return id_; }
  const std::string& version() const { return version_; }
  // The manifest's [config], with what the host's [plugin.<id>] changes in it.
  Json config() const { return Json(config_); }

  Api& api() { return api_; }
  Metrics& metrics() { return metrics_; }
  Discord& discord() { return discord_; }
  const Log& log() const { return log_; }

  // Events of one type ("MESSAGE_CREATE"), or of all ("*"). The manifest names the intents.
  Registration on(std::string_view type, std::function<void(const Event&)> run) {
    return api_.subscribe(
        DISCERN_ON_EVENT,
        type,
        detail::make_callback<discern_event>(
            [run = std::move(run)](const discern_event& event) { run(Event(event)); }));
  }
  Registration every(std::chrono::milliseconds period, std::function<void()> run) {
    return start_timer(period, period, std::move(run));
  }
  Registration after(std::chrono::milliseconds delay, std::function<void()> run) {
    return start_timer(delay, {}, std::move(run));
  }
  // Soon, on the plugin's thread.
  void post(std::function<void()> run) { start_timer({}, {}, std::move(run)); }

 private:
  Registration start_timer(std::chrono::milliseconds delay,
                           std::chrono::milliseconds repeat,
                           std::function<void()> run) {
    auto timer = detail::sized<discern_timer>();
    timer.delay_ms = delay.count() > 0 ? static_cast<std::uint64_t>(delay.count()) : 0;
    timer.repeat_ms = repeat.count() > 0 ? static_cast<std::uint64_t>(repeat.count()) : 0;
    timer.run = detail::make_callback<void>(std::move(run));
    auto failure = detail::sized<discern_failure>();
    const std::uint64_t id = host_->start_timer(host_->context, &timer, &failure);
    if (id == 0) detail::raise(failure);
    return {host_, id};
  }

  const discern_host* host_;
  std::string id_;
  std::string version_;
  std::string config_;
  Api api_;
  Metrics metrics_;
  Discord discord_;
  Log log_;
};

inline Registration Api::register_command(const Command& command,
                                          InteractionHandler run,
                                          InteractionHandler autocomplete) {
  const std::string options = command.options_json();
  const std::string attributes = command.attributes_json();
  auto what = detail::sized<discern_command>();
  what.path = detail::text(command.path());
  what.description = detail::text(command.description());
  what.options_json = detail::text(options);
  what.attributes_json = detail::text(attributes);
  what.run = on_interaction(std::move(run));
  if (autocomplete) what.autocomplete = on_interaction(std::move(autocomplete));
  auto failure = detail::sized<discern_failure>();
  const std::uint64_t id = host_->register_command(host_->context, &what, &failure);
  if (id == 0) detail::raise(failure);
  return {host_, id};
}

inline Registration Api::register_route(std::string_view path, RouteHandler run) {
  const auto answer = [host = host_, run = std::move(run)](const discern_http_request& message) {
    Response response;
    run(Request(message), response);
    auto out = detail::sized<discern_http_response>();
    out.status = response.status;
    out.content_type = detail::text(response.content_type);
    out.body = detail::text(response.body);
    host->respond(host->context, message.id, &out);
  };
  return subscribe(DISCERN_ON_ROUTE, path, detail::make_callback<discern_http_request>(answer));
}

}  // namespace discern::plugin
