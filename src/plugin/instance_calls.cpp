// What an instance's thread does: calls into the plugin, behind the fence and measured.

#include "base/log.hpp"
#include "base/thread.hpp"
#include "plugin/instance.hpp"

namespace discern::plugin {

SteadyTime Instance::run_fenced_work(Work& work, SteadyTime now) {
  try {
    return run_one(work, now);
  } catch (const std::exception&) {
    // No memory for what the host does around a call. The plugin goes on.
    note_exception("the host's part of a plugin's call");
    leave();
    return services_.clock.steady_now();
  }
}

SteadyTime Instance::run_one(Work& work, SteadyTime now) {
  forget_call();
  if (work.kind == WorkKind::Host) {
    if (work.name == "probe") {
      const std::shared_lock gate(gate_);
      if (open_) handles_.loop_delay.observe(now - work.due);
    }
    // It may release callbacks, and with them what the plugin put there.
    work.run();
    const std::shared_lock gate(gate_);
    if (!open_) return now;
    count_left_behind();
    return services_.clock.steady_now();
  }
  handles_.queue_delay.observe(now - work.due);
  enter(work, now);
  work.run();
  const bool stall_counted = leave();

  const std::shared_lock gate(gate_);
  if (!open_) return now;
  const SteadyTime end = services_.clock.steady_now();
  handles_.handler[static_cast<std::size_t>(work.kind)].observe(end - now);
  if (!stall_counted && end - now > services_.time_budget) handles_.stalls.add();
  count_left_behind();
  if (!call_failed_) faults_.call_succeeded(end);
  return end;
}

void Instance::forget_call() {
  reported_in_call_ = 0;
  let_go_in_call_.clear();
  call_failed_ = false;
}

void Instance::count_left_behind() {
  // An error that the handler reported and then threw is one error, not two.
  if (call_failed_ && reported_in_call_ > 0) --reported_in_call_;
  if (reported_in_call_ > 0) services_.errors.with(id(), "reported").add(reported_in_call_);
  reported_in_call_ = 0;
  for (const std::string& command : let_go_in_call_) record_let_go(command);
  let_go_in_call_.clear();
}

void Instance::record_let_go(const std::string& command) {
  services_.errors.with(id(), "command").add();
  services_.incidents.add(id(),
                          {services_.clock.system_now(),
                           "command",
                           "command " + command,
                           "",
                           "it let go of the command without an answer",
                           1,
                           {}});
  log::warn("plugin", "plugin \"{}\" let go of {} without an answer", id(), command);
}

std::optional<Fault> Instance::fenced(const std::function<std::int32_t(discern_failure*)>& call) {
  auto failure = sized_struct<discern_failure>();
  try {
    if (call(&failure) == DISCERN_OK) return std::nullopt;
    return to_fault(failure);
  } catch (...) {
    // The C++ of plugin.hpp lets nothing out; a plugin written in another way may.
    return current_exception_fault();
  }
}

bool Instance::invoke(std::uint64_t callback, const void* message) {
  const std::optional<Fault> fault = fenced([&](discern_failure* failure) {
    return callbacks_.call(callback, message, failure).value_or(DISCERN_OK);
  });
  if (!fault) return true;
  const std::shared_lock gate(gate_);
  if (!open_) return false;
  std::string kind = "call";
  std::string name;
  {
    const std::lock_guard lock(current_mutex_);
    if (current_ != nullptr) {
      kind = to_string(current_->kind);
      name = current_->name;
    }
  }
  record_fault(kind, name, *fault);
  return false;
}

// Called with the gate held or before the loop runs.
void Instance::record_fault(std::string_view kind, std::string_view name, const Fault& fault) {
  call_failed_ = true;
  services_.errors.with(id(), kind).add();
  const std::string handler = std::string(kind) + (name.empty() ? "" : " ") + std::string(name);
  // Where nothing was thrown, a throw that the handler caught itself tells nothing.
  services_.incidents.add(
      id(),
      {services_.clock.system_now(), std::string(kind), handler, fault.type, fault.text, 1, {}},
      fault.type.empty() ? CallStack() : slot_.thrown);
  log::warn("plugin",
            "plugin \"{}\" failed in {}{}{}: {}{}{}",
            id(),
            kind,
            name.empty() ? "" : " ",
            name,
            fault.type,
            fault.type.empty() ? "" : ": ",
            fault.text);
  if (kind == "init" || kind == "stop") return;
  if (faults_.call_failed(services_.clock.steady_now())) {
    services_.observer.on_too_many_faults(*this, handler);
  }
}

void Instance::record_task_fault(const TaskFault& what) {
  switch (what.origin) {
    case DISCERN_ORIGIN_INTERACTION: {
      const std::optional<Interactions::Which> which =
          services_.interactions->failed(discord::InteractionId{what.interaction}, generation_);
      const std::string& place = which ? which->place : what.name;
      const bool is_command = which ? which->type == discord::InteractionType::Command
                                    : registrations_.knows_command(place);
      if (is_command) services_.command_errors.with(id(), place).add();
      return record_fault("command", place, what.fault);
    }
    case DISCERN_ORIGIN_EVENT:
      return record_fault("event", what.name, what.fault);
    case DISCERN_ORIGIN_ROUTE:
      return record_fault("route", what.name, what.fault);
    case DISCERN_ORIGIN_TIMER:
      return record_fault("timer", what.name, what.fault);
    default:
      break;
  }
  std::string kind = "call";
  std::string name;
  {
    const std::lock_guard lock(current_mutex_);
    if (current_ != nullptr) {
      kind = to_string(current_->kind);
      name = current_->name;
    }
  }
  record_fault(kind, name, what.fault);
}

bool Instance::post_event(const discord::Dispatch& dispatch) {
  Work work{WorkKind::Event, std::string(dispatch.type), nullptr, {}};
  work.run = [this,
              type = work.name,
              shard = dispatch.shard,
              sequence = dispatch.sequence,
              guild = dispatch.guild.value,
              replayed = dispatch.replayed,
              payload = dispatch.payload] {
    auto message = sized_struct<discern_event>();
    message.shard = shard;
    message.sequence = sequence;
    message.guild = guild;
    message.replayed = replayed ? 1 : 0;
    message.type = lend(type);
    message.payload = lend(payload.text());
    for (const std::uint64_t callback : registrations_.find_event(type)) invoke(callback, &message);
  };
  const bool taken =
      loop_.try_post(std::move(work), dispatch.pause_follows ? Wake::Later : Wake::Now);
  if (taken) {
    handles_.events.add();
  } else {
    handles_.dropped[static_cast<std::size_t>(WorkKind::Event)].add();
  }
  return taken;
}

bool Instance::post_interaction(InteractionCall call, std::uint64_t callback) {
  Work work{WorkKind::Command, call.place, nullptr, {}};
  work.run = [this, call = std::move(call), callback] { run_interaction(call, callback); };
  const bool taken = loop_.try_post(std::move(work));
  if (!taken) handles_.dropped[static_cast<std::size_t>(WorkKind::Command)].add();
  return taken;
}

void Instance::run_interaction(const InteractionCall& call, std::uint64_t callback) {
  auto message = sized_struct<discern_interaction>();
  message.type = static_cast<std::uint32_t>(call.type);
  message.id = call.id.value;
  message.guild = call.guild.value;
  message.name = lend(call.name);
  message.payload = lend(call.payload);
  const bool worked = invoke(callback, &message);

  const std::shared_lock gate(gate_);
  if (!open_) return;
  if (call.type == discord::InteractionType::Command) {
    services_.command_duration.with(call.place)
        .observe(services_.clock.steady_now() - call.received);
    if (!worked) services_.command_errors.with(id(), call.place).add();
  }
  if (services_.interactions->handler_returned(call.id, !worked)) {
    record_fault("command", call.place, {"", "it returned without an answer"});
    services_.command_errors.with(id(), call.place).add();
  }
}

bool Instance::post_route(std::uint64_t exchange,
                          const Registrations::Match& route,
                          RouteRequest request) {
  Work work{WorkKind::Route, route.key, nullptr, {}};
  work.run = [this, exchange, callback = route.callback, request = std::move(request)] {
    run_route(exchange, callback, request);
  };
  const bool taken = loop_.try_post(std::move(work));
  if (!taken) handles_.dropped[static_cast<std::size_t>(WorkKind::Route)].add();
  return taken;
}

void Instance::run_route(std::uint64_t exchange,
                         std::uint64_t callback,
                         const RouteRequest& request) {
  std::vector<discern_pair> headers;
  for (const auto& [name, value] : request.headers) headers.push_back({lend(name), lend(value)});
  auto message = sized_struct<discern_http_request>();
  message.id = exchange;
  message.method = lend(request.method);
  message.path = lend(request.path);
  message.query = lend(request.query);
  message.body = lend(request.body);
  message.headers = headers.data();
  message.header_count = static_cast<std::uint32_t>(headers.size());
  if (invoke(callback, &message)) return;
  const std::shared_lock gate(gate_);
  if (open_) services_.exchanges.fail(exchange, 500, "the plugin failed; its log says why");
}

discord::RestDone Instance::result_callback(std::uint64_t callback, std::string name) {
  if (callback == 0) return nullptr;
  return [weak = weak_from_this(), callback, name = std::move(name)](discord::RestOutcome outcome) {
    const std::shared_ptr<Instance> self = weak.lock();
    if (!self) return;
    Work work{WorkKind::Response, name, nullptr, {}};
    work.run = [instance = self.get(),
                callback,
                held = std::make_shared<discord::RestOutcome>(std::move(outcome))] {
      instance->run_result(callback, *held);
    };
    // When the loop is closed, the callback is released with all others.
    self->loop_.post(std::move(work));
  };
}

void Instance::run_result(std::uint64_t callback, const discord::RestOutcome& outcome) {
  auto message = sized_struct<discern_result>();
  message.discord_code = outcome.discord_code;
  if (outcome.response.ok()) {
    message.status = outcome.response.value().status;
    message.body = lend(outcome.response.value().body);
  } else {
    message.failed = 1;
    message.status = outcome.status;
    message.error = lend(outcome.response.error().text);
  }
  invoke_once(callback, &message);
}

void Instance::invoke_once(std::uint64_t callback, const void* message) {
  invoke(callback, message);
  callbacks_.remove(callback);
  callbacks_.sweep();
}

void Instance::remove_callback(std::uint64_t callback) {
  const Registrations::Removed removed = registrations_.remove(callback);
  if (removed.loop_timer != 0) loop_.stop_timer(removed.loop_timer);
  if (removed.autocomplete != 0) callbacks_.remove(removed.autocomplete);
  callbacks_.remove(callback);
  Work sweep;
  sweep.run = [this] { callbacks_.sweep(); };
  loop_.post(std::move(sweep));
  if (removed.routing_changed) services_.observer.on_registrations(*this);
}

}  // namespace discern::plugin
