#pragma once

// What a plugin holds of its host. Everything registered through it ends with the plugin.
//
// Every function but start() and storage() may be called from every thread. Handlers run on the
// plugin's own thread, one at a time: a handler that takes long delays this plugin only. A handler
// may be a coroutine (task.hpp). An exception that leaves a handler is counted and reported by the
// host.

#include <chrono>
#include <cstddef>
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
#include "discern/plugin/storage.hpp"
#include "discern/plugin/task.hpp"
#include "discern/plugin/text.hpp"
#include "discern/plugin/web.hpp"

namespace discern::plugin {

using InteractionHandler = Handler<Interaction&>;
using EventHandler = Handler<const Event&>;
using RouteHandler = Handler<const Request&, Response&>;
using TimerHandler = Handler<>;

namespace detail {

struct Nothing {};

// Each holds what its handler is given for as long as the handler runs: these are the frames around
// an author's coroutine. By value, because references would outlive what they refer to.
inline Task<> run_interaction(std::shared_ptr<const InteractionHandler::Coroutine> run,
                              Interaction interaction) {
  co_await (*run)(interaction);
}
inline Task<> run_event(std::shared_ptr<const EventHandler::Coroutine> run, HeldEvent held) {
  const Event event = held.view();
  co_await (*run)(event);
}
inline Task<> run_timer(std::shared_ptr<const TimerHandler::Coroutine> run) {
  co_await (*run)();
}

// Tells the host how a coroutine ended that did not end well. Called inside a catch block unless
// the coroutine was cancelled.
inline void report_task(const discern_host* host, const TaskOrigin& origin, bool cancelled) {
  auto failure = sized<discern_failure>();
  if (!cancelled) fenced(&failure, [] { throw; });
  // A host of an earlier minor version ends its table before.
  if (host->size < offsetof(discern_host, task_ended) + sizeof host->task_ended) {
    if (!cancelled) host->log(host->context, DISCERN_LOG_ERROR, text(failure.text));
    return;
  }
  auto end = sized<discern_task_end>();
  end.origin = origin.kind;
  end.interaction = origin.interaction;
  end.name = text(origin.name);
  end.cancelled = cancelled ? 1 : 0;
  end.failure = cancelled ? nullptr : &failure;
  host->task_ended(host->context, &end);
}

inline void respond(const discern_host* host, std::uint64_t request, const Response& response) {
  auto out = sized<discern_http_response>();
  out.status = response.status;
  out.content_type = text(response.content_type);
  out.body = text(response.body);
  host->respond(host->context, request, &out);
}

inline Task<> run_route(std::shared_ptr<const RouteHandler::Coroutine> run,
                        const discern_host* host,
                        HeldRequest held) {
  const Request request = held.view();
  Response response;
  try {
    co_await (*run)(request, response);
  } catch (...) {
    response.status = 500;
    response.text("the plugin failed; its log says why\n");
    respond(host, held.id(), response);
    throw;
  }
  respond(host, held.id(), response);
}

}  // namespace detail

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
  Api(const discern_host* host, std::string_view plugin, TaskScope& tasks)
      : host_(host), plugin_(plugin), tasks_(&tasks) {}

  // Throws Failure when the name breaks Discord's rules or is taken.
  Registration register_command(std::string path, std::string description, InteractionHandler run) {
    return register_command(Command(std::move(path), std::move(description)), std::move(run));
  }
  Registration register_command(const Command& command,
                                InteractionHandler run,
                                InteractionHandler autocomplete = {});
  // In the menu of a person (Interaction::target_user) or of a message (target_message).
  Registration register_user_command(std::string name, InteractionHandler run) {
    return register_command(Command::user(std::move(name)), std::move(run));
  }
  Registration register_message_command(std::string name, InteractionHandler run) {
    return register_command(Command::message(std::move(name)), std::move(run));
  }
  // Buttons and selects whose custom_id begins with `prefix`; the longest match is called.
  Registration on_component(std::string_view prefix, InteractionHandler run) {
    return subscribe(
        DISCERN_ON_COMPONENT, prefix, on_interaction(std::string(prefix), std::move(run)));
  }
  // Forms whose custom_id begins with `prefix`.
  Registration on_modal(std::string_view prefix, InteractionHandler run) {
    return subscribe(DISCERN_ON_MODAL, prefix, on_interaction(std::string(prefix), std::move(run)));
  }
  // /plugins/<id><path>; a path that ends with * takes everything that begins like it.
  Registration register_route(std::string_view path, RouteHandler run, RouteOptions options = {});

 private:
  friend class Core;
  // `name` is what was registered: what an error counts as when Discord has forgotten the
  // interaction.
  discern_callback on_interaction(std::string name, InteractionHandler run) const {
    return detail::make_callback<discern_interaction>(
        [host = host_,
         plugin = plugin_,
         tasks = tasks_,
         name = std::move(name),
         run = std::move(run)](const discern_interaction& message) {
          const TaskOrigin origin{DISCERN_ORIGIN_INTERACTION, message.id, name};
          const TaskScope::Inside inside(*tasks, origin);
          Interaction interaction(host, plugin, message);
          if (run.coroutine() == nullptr) return run.function()(interaction);
          tasks->start(detail::run_interaction(run.coroutine(), std::move(interaction)));
        });
  }
  Registration subscribe(std::uint32_t kind,
                         std::string_view key,
                         discern_callback run,
                         Access access = Access::Default) const {
    auto what = detail::sized<discern_subscription>();
    what.kind = kind;
    what.key = detail::text(key);
    what.run = run;
    what.access = static_cast<std::uint32_t>(access);
    auto failure = detail::sized<discern_failure>();
    const std::uint64_t id = host_->subscribe(host_->context, &what, &failure);
    if (id == 0) detail::raise(failure);
    return {host_, id};
  }

  const discern_host* host_;
  std::string plugin_;
  TaskScope* tasks_;
};

class Core {
 public:
  Core(const discern_host* host, const discern_start& start)
      : host_(host),
        id_(detail::view(start.id)),
        version_(detail::view(start.version)),
        config_(detail::view(start.config_json)),
        api_(host, id_, tasks_),
        metrics_(host),
        discord_(host, id_),
        http_(host),
        storage_(host),
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
  Web& http() { return http_; }
  Storage& storage() { return storage_; }
  const Log& log() const { return log_; }

  // The host's clocks; in a test, the clock that the test moves.
  std::chrono::steady_clock::time_point now() const {
    return std::chrono::steady_clock::time_point(clock(DISCERN_CLOCK_STEADY));
  }
  std::chrono::system_clock::time_point system_now() const { return wall(DISCERN_CLOCK_SYSTEM); }
  // What Discord's clocks show: for ages of messages and other ids, and for times that Discord
  // compares with its own. This machine's clock may be wrong.
  std::chrono::system_clock::time_point discord_now() const { return wall(DISCERN_CLOCK_DISCORD); }

  // Events of one type ("MESSAGE_CREATE"), or of all ("*"). The manifest names the intents. A
  // function is given a view of the host's own text; a coroutine gets a copy.
  Registration on(std::string_view type, EventHandler run) {
    return api_.subscribe(
        DISCERN_ON_EVENT,
        type,
        detail::make_callback<discern_event>(
            [tasks = &tasks_, run = std::move(run)](const discern_event& event) {
              const TaskOrigin origin{DISCERN_ORIGIN_EVENT, 0, detail::view(event.type)};
              const TaskScope::Inside inside(*tasks, origin);
              if (run.coroutine() == nullptr) return run.function()(Event(event));
              tasks->start(detail::run_event(run.coroutine(), detail::HeldEvent(event)));
            }));
  }
  // Throws Failure when the period is not longer than zero.
  Registration every(std::chrono::milliseconds period, TimerHandler run) {
    if (period.count() <= 0) {
      throw Failure(
          "every() takes a period of at least a millisecond; use post() or after() to run "
          "something once");
    }
    return start_timer(period, period, std::move(run));
  }
  Registration after(std::chrono::milliseconds delay, TimerHandler run) {
    return start_timer(delay, {}, std::move(run));
  }
  // Begins a coroutine that nobody waits for. The plugin's thread only. An exception in it is an
  // error of the handler that is running now.
  void start(Task<> task) { tasks_.start(std::move(task)); }
  template <class T>
  void start(Task<T>) {
    static_assert(std::is_void_v<T>,
                  "core.start() takes a Task<>: nobody takes the value of another; await it inside "
                  "a coroutine that returns Task<>");
  }
  // co_await core.sleep(5s), inside a Task.
  Awaiting<detail::Nothing> sleep(std::chrono::milliseconds time) {
    return Awaiting<detail::Nothing>(
        [&](auto done) { after(time, [done = std::move(done)] { done({}); }); });
  }
  // Soon, on the plugin's thread.
  void post(TimerHandler run) { start_timer({}, {}, std::move(run)); }
  // The plugin stops: what waits will not go on.
  void cancel_tasks() { tasks_.cancel_all(); }

 private:
  Registration start_timer(std::chrono::milliseconds delay,
                           std::chrono::milliseconds repeat,
                           TimerHandler run) {
    auto timer = detail::sized<discern_timer>();
    timer.delay_ms = delay.count() > 0 ? static_cast<std::uint64_t>(delay.count()) : 0;
    timer.repeat_ms = repeat.count() > 0 ? static_cast<std::uint64_t>(repeat.count()) : 0;
    // As the host names it.
    std::string name =
        (timer.repeat_ms == 0 ? "after " : "every ") + std::to_string(timer.delay_ms) + " ms";
    timer.run = detail::make_callback<void>(
        [tasks = &tasks_, name = std::move(name), run = std::move(run)] {
          const TaskOrigin origin{DISCERN_ORIGIN_TIMER, 0, name};
          const TaskScope::Inside inside(*tasks, origin);
          if (run.coroutine() == nullptr) return run.function()();
          tasks->start(detail::run_timer(run.coroutine()));
        });
    auto failure = detail::sized<discern_failure>();
    const std::uint64_t id = host_->start_timer(host_->context, &timer, &failure);
    if (id == 0) detail::raise(failure);
    return {host_, id};
  }

  std::chrono::system_clock::time_point wall(std::uint32_t which) const {
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(clock(which)));
  }
  std::chrono::nanoseconds clock(std::uint32_t which) const {
    return std::chrono::nanoseconds(host_->clock_ns(host_->context, which));
  }

  const discern_host* host_;
  std::string id_;
  std::string version_;
  std::string config_;
  TaskScope tasks_{[host = host_](const TaskOrigin& origin, bool cancelled) {
    detail::report_task(host, origin, cancelled);
  }};
  Api api_;
  Metrics metrics_;
  Discord discord_;
  Web http_;
  Storage storage_;
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
  what.type = static_cast<std::uint32_t>(command.type());
  const std::string name = command.name();
  what.run = on_interaction(name, std::move(run));
  if (autocomplete) what.autocomplete = on_interaction(name, std::move(autocomplete));
  auto failure = detail::sized<discern_failure>();
  const std::uint64_t id = host_->register_command(host_->context, &what, &failure);
  if (id == 0) detail::raise(failure);
  return {host_, id};
}

inline Registration Api::register_route(std::string_view path,
                                        RouteHandler run,
                                        RouteOptions options) {
  const auto answer = [host = host_,
                       tasks = tasks_,
                       path = std::string(path),
                       run = std::move(run)](const discern_http_request& message) {
    const TaskOrigin origin{DISCERN_ORIGIN_ROUTE, 0, path};
    const TaskScope::Inside inside(*tasks, origin);
    if (run.coroutine() != nullptr) {
      tasks->start(detail::run_route(run.coroutine(), host, detail::HeldRequest(message)));
      return;
    }
    Response response;
    run.function()(Request(message), response);
    detail::respond(host, message.id, response);
  };
  return subscribe(
      DISCERN_ON_ROUTE, path, detail::make_callback<discern_http_request>(answer), options.access);
}

}  // namespace discern::plugin
