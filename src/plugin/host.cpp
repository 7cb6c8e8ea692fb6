#include "plugin/host.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <limits>

#include "base/files.hpp"
#include "base/log.hpp"
#include "base/thread.hpp"
#include "metrics/catalogue.hpp"
#include "plugin/crash_guard.hpp"

namespace discern::plugin {
namespace {

namespace catalogue = metrics::catalogue;
using discord::InteractionType;
using discord::kInteractionDeadline;

constexpr std::chrono::seconds kRouteLimit{10};
constexpr std::chrono::milliseconds kWatchEvery{250};
// As often as history is written: what a kill may cost.
constexpr std::chrono::seconds kSaveEvery{10};
constexpr std::string_view kUnknown = "This is not known here any more.";
constexpr std::string_view kDisabled = "This is switched off at the moment.";
constexpr std::string_view kFailed =
    "This does not work at the moment. The operator of the bot can see why.";
constexpr std::string_view kStarting = "This is just being started. Please try again in a moment.";
constexpr std::string_view kBusy =
    "There is too much going on right now. Please try again in a moment.";

// The payload without the interaction's token, which is the host's alone.
std::string blank_token(std::string_view payload, const std::string& token) {
  std::string text(payload);
  if (token.empty()) return text;
  for (std::size_t at = text.find(token); at != std::string::npos; at = text.find(token, at)) {
    std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(at), token.size(), '*');
  }
  return text;
}

std::string_view sentence_of(Absence absence) {
  switch (absence) {
    case Absence::Failed:
      return kFailed;
    case Absence::Starting:
      return kStarting;
    default:
      return kDisabled;
  }
}

// Without what says whom it is for.
InteractionCall call_of(const discord::Dispatch& dispatch) {
  const discord::InteractionHead& head = *dispatch.interaction;
  InteractionCall call;
  call.id = head.id;
  call.type = head.type;
  call.guild = dispatch.guild;
  call.payload = blank_token(dispatch.payload.text(), head.token.reveal());
  call.received = dispatch.received;
  return call;
}

HostOptions with_private_folder(HostOptions options) {
  if (options.private_folder.empty()) options.private_folder = options.folder / ".loaded";
  return options;
}

}  // namespace

Host::Host(const Clock& clock,
           metrics::Registry& registry,
           discord::RestPort& rest,
           HostOptions options)
    : clock_(clock),
      options_(with_private_folder(std::move(options))),
      interactions_(std::make_shared<Interactions>(
          clock,
          registry,
          rest,
          options_.discord_clock,
          [this](const Interactions::Refusal& what) { on_refusal(what); })),
      exchanges_(clock),
      families_(registry),
      supervisor_(options_, clock, registry),
      services_{clock,
                registry,
                rest,
                interactions_,
                exchanges_,
                families_,
                supervisor_,
                incidents_,
                registry.counters(catalogue::kPluginErrors),
                registry.counters(catalogue::kCommands),
                registry.counters(catalogue::kCommandErrors),
                registry.histograms(catalogue::kCommandDuration),
                registry.counters(catalogue::kPluginHttp),
                registry.histograms(catalogue::kPluginHttpDuration),
                options_,
                web_,
                options_.queue_limit,
                options_.time_budget,
                options_.faults},
      watchdog_(clock, std::numeric_limits<std::size_t>::max()) {
  // Before the copies of the libraries that crashed are removed.
  std::vector<CrashReport> crashes;
  if (!options_.crash_file.empty()) {
    crashes = read_crash_reports(options_.crash_file, options_.private_folder);
  }
  supervisor_.scan();
  read_incidents();
  if (options_.crash_file.empty()) return;
  take_last_crashes(std::move(crashes));
  const auto guarded = install_crash_guard(options_.crash_file, options_.private_folder);
  if (!guarded) log::error("plugin", "crashes will not be named: {}", guarded.error().text);
}

void Host::take_last_crashes(std::vector<CrashReport> crashes) {
  if (const auto begun = find_unexplained_end(options_.crash_file)) {
    log::warn("plugin",
              "the last run, begun {:%Y-%m-%d %H:%M:%S} UTC, ended without a stop: it was killed "
              "(kill -9, out of memory, power), or code of a plugin ended it in a way that cannot "
              "be seen",
              std::chrono::floor<std::chrono::seconds>(*begun));
  }
  for (CrashReport& report : crashes) {
    report.handler = std::string(place_to_keep(report.handler));
    if (report.plugin.empty()) {
      log::error("plugin", "the program crashed the last time ({}), in no plugin", report.signal);
      continue;
    }
    supervisor_.add_crash(report);
    incidents_.add(report.plugin,
                   {report.time,
                    "crash",
                    report.handler,
                    report.signal,
                    "it crashed the program",
                    1,
                    std::move(report.stack)});
  }
}

void Host::read_incidents() {
  if (options_.incident_file.empty()) return;
  const std::vector<PluginStatus> known = supervisor_.plugins();
  const auto is_known = [&](const std::string& id) {
    return std::any_of(
        known.begin(), known.end(), [&](const PluginStatus& one) { return one.id == id; });
  };
  const std::lock_guard lock(saving_);
  incidents_.read(incident_file_, is_known);
}

void Host::save_incidents() {
  if (options_.incident_file.empty()) return;
  const std::lock_guard lock(saving_);
  const std::uint64_t revision = incidents_.revision();
  if (revision == saved_revision_) return;
  saved_at_ = clock_.steady_now();
  const auto saved = incident_file_.write(incidents_.to_json());
  if (saved) {
    saved_revision_ = revision;
  } else {
    log::error("plugin", "the last errors of plugins are not on disk: {}", saved.error().text);
  }
}

Host::~Host() {
  stop();
  // Answers may still be under way.
  interactions_->forget_refusals();
}

Result<void> Host::start() {
  auto thread = start_thread("watchdog", [this] {
    watchdog_.run([this](Work& work, SteadyTime) {
      work.run();
      return clock_.steady_now();
    });
  });
  if (!thread) return std::move(thread).error();
  watchdog_thread_ = *std::move(thread);
  Work watching;
  watching.run = [this] { watch(); };
  watchdog_.start_timer(kWatchEvery, kWatchEvery, std::move(watching));
  Work cleaning;
  cleaning.run = [this] {
    supervisor_.each_instance([](Instance& instance) { instance.probe_loop(); });
    exchanges_.expire(kRouteLimit);
    interactions_->forget_old();
  };
  watchdog_.start_timer(std::chrono::seconds(1), std::chrono::seconds(1), std::move(cleaning));
  return supervisor_.start(services_);
}

std::size_t Host::stop() {
  const std::size_t never_back = supervisor_.stop();
  watchdog_.close();
  if (watchdog_thread_.joinable()) watchdog_thread_.join();
  incidents_.resolve_all();
  save_incidents();
  if (!options_.crash_file.empty()) note_stop();
  return never_back;
}

void Host::watch() {
  supervisor_.each_instance([this](Instance& instance) {
    if (!instance.note_stall()) return;
    // Stacks are made readable with files, and this thread waits for no disk.
    supervisor_.run_later([held = instance.shared_from_this()] { tell_stall(*held); });
  });
  if (resolving_.exchange(true)) return;
  supervisor_.run_later([this] {
    resolving_ = false;
    incidents_.resolve_all();
  });
}

void Host::tell_stall(Instance& instance) {
  instance.take_stall_stack();
  const auto running = instance.running();
  if (!running) return;
  log::warn("plugin",
            "plugin \"{}\" has been in {} for {:.2f} s",
            instance.id(),
            running->handler,
            running->seconds);
  for (const std::string& frame : running->stack) log::warn("plugin", "  {}", frame);
}

bool Host::wants(std::string_view type) const {
  const std::shared_ptr<const Routing> routing = supervisor_.routing();
  return !routing->all_events.empty() || routing->events.find(type) != routing->events.end();
}

void Host::on_dispatch(const discord::Dispatch& dispatch) {
  // The payload of an interaction holds its token: it goes to the one plugin that answers it.
  if (dispatch.interaction != nullptr) return on_interaction(dispatch);
  const std::shared_ptr<const Routing> routing = supervisor_.routing();
  for (const auto& instance : routing->all_events) post_event(instance, dispatch);
  const auto found = routing->events.find(dispatch.type);
  if (found == routing->events.end()) return;
  for (const auto& instance : found->second) {
    const auto& all = routing->all_events;
    // A plugin that also asked for "*" got it above, for all its handlers.
    if (std::find(all.begin(), all.end(), instance) == all.end()) post_event(instance, dispatch);
  }
}

void Host::post_event(const std::shared_ptr<Instance>& instance,
                      const discord::Dispatch& dispatch) {
  if (!instance->post_event(dispatch) || !dispatch.pause_follows) return;
  if (std::find(asleep_.begin(), asleep_.end(), instance) == asleep_.end()) {
    asleep_.push_back(instance);
  }
}

void Host::on_pause() {
  for (const auto& instance : asleep_) instance->poke();
  asleep_.clear();
}

void Host::on_ready(discord::ApplicationId application) {
  supervisor_.set_application(application);
}

void Host::on_refusal(const Interactions::Refusal& what) {
  services_.errors.with(what.plugin, "command").add();
  if (what.type == InteractionType::Command) {
    services_.command_errors.with(what.plugin, what.place).add();
  }
  const std::string text = "Discord refused the answer: " + what.text;
  incidents_.add(what.plugin,
                 {clock_.system_now(), "command", "command " + what.place, "", text, 1, {}});
  log::warn("plugin", "plugin \"{}\" failed in command {}: {}", what.plugin, what.place, text);
}

std::chrono::nanoseconds Host::age_at_least(discord::InteractionId id) const {
  if (options_.discord_clock != nullptr) {
    return options_.discord_clock->age_at_least(id.created());
  }
  return clock_.system_now() - id.created();
}

bool Host::expired(const discord::Dispatch& dispatch) {
  const discord::InteractionId id = dispatch.interaction->id;
  // One that came at once is refused only if it is too old for certain. One that waited for a
  // resume is old for a reason, so that the best guess is good enough.
  const bool guess = dispatch.backlog && options_.discord_clock != nullptr;
  const auto age = guess ? options_.discord_clock->age(id.created()) : age_at_least(id);
  if (age <= kInteractionDeadline) return false;
  interactions_->count(dispatch.interaction->type, "expired");
  return true;
}

void Host::on_interaction(const discord::Dispatch& dispatch) {
  const discord::InteractionHead& head = *dispatch.interaction;
  if (head.type == InteractionType::Ping || !interactions_->receive(head)) return;
  if (expired(dispatch)) return;
  const std::shared_ptr<const Routing> routing = supervisor_.routing();
  using Prefixed = Registrations::Prefixed;
  if (head.type == InteractionType::Command || head.type == InteractionType::Autocomplete) {
    const auto route = routing->commands.find(head.name);
    if (route == routing->commands.end()) return turn_away(head, "", "unknown", kUnknown);
    const CommandRoute& to = route->second;
    const bool used = head.type == InteractionType::Command;
    if (used) to.used.add();
    const auto& [instance, absence] = to.to;
    if (!instance) return turn_away(head, to.plugin, "disabled", sentence_of(absence));
    const Registrations::Command command = instance->registrations().find_command(head.name);
    InteractionCall call = call_of(dispatch);
    call.name = command.spec.path;
    call.place = head.name;
    return hand_over(dispatch,
                     instance,
                     to.plugin,
                     std::move(call),
                     used ? command.run : command.autocomplete,
                     to.privately);
  }
  // A plugin's id leads the way back to it: "trivia:answer:2".
  const std::size_t colon = head.name.find(':');
  const std::string plugin = head.name.substr(0, colon);
  const auto known = routing->plugins.find(plugin);
  if (colon == std::string::npos || known == routing->plugins.end()) {
    return turn_away(head, "", "unknown", kUnknown);
  }
  const auto& [instance, absence] = known->second;
  if (!instance) return turn_away(head, plugin, "disabled", sentence_of(absence));
  InteractionCall call = call_of(dispatch);
  call.name = head.name.substr(colon + 1);
  const Prefixed what =
      head.type == InteractionType::Component ? Prefixed::Component : Prefixed::Modal;
  const Registrations::Match match = instance->registrations().find_prefixed(what, call.name);
  call.place = match.key;
  hand_over(dispatch, instance, plugin, std::move(call), match.callback, false);
}

void Host::hand_over(const discord::Dispatch& dispatch,
                     const std::shared_ptr<Instance>& instance,
                     const std::string& plugin,
                     InteractionCall call,
                     std::uint64_t callback,
                     bool privately) {
  const discord::InteractionHead& head = *dispatch.interaction;
  if (callback == 0) return turn_away(head, plugin, "unknown", kUnknown);
  interactions_->begin(head, plugin, instance->generation(), call.place);
  if (!instance->post_interaction(std::move(call), callback)) {
    return interactions_->refuse(head.id, "dropped", kBusy);
  }
  if (options_.defer_after.count() == 0) return;
  Work defer;
  defer.run = [this, id = head.id, privately] {
    interactions_->defer_if_unanswered(id, privately);
  };
  using Nanos = std::chrono::nanoseconds;
  // What waited on its way, or at Discord for a resume, has less time left.
  const Nanos age = std::min<Nanos>(age_at_least(head.id), kInteractionDeadline);
  const Nanos passed = std::max<Nanos>(clock_.steady_now() - dispatch.received, age);
  watchdog_.start_timer(
      std::max(options_.defer_after - passed, Nanos::zero()), {}, std::move(defer));
}

void Host::turn_away(const discord::InteractionHead& head,
                     const std::string& plugin,
                     std::string_view outcome,
                     std::string_view sentence) {
  interactions_->begin(head, plugin, 0, {});
  interactions_->refuse(head.id, outcome, sentence);
}

void Host::serve(std::string_view plugin, RouteRequest request, RouteDone done) {
  const auto refuse = [&](int status, std::string text) {
    done({status, "text/plain; charset=utf-8", std::move(text) + "\n"});
  };
  const std::shared_ptr<const Routing> routing = supervisor_.routing();
  const auto known = routing->plugins.find(plugin);
  const std::string name(plugin.substr(0, 64));
  if (known == routing->plugins.end()) return refuse(404, "there is no plugin \"" + name + "\"");
  if (!known->second.instance) return refuse(503, "plugin \"" + name + "\" is not enabled");
  Instance& instance = *known->second.instance;
  const Registrations::Match route =
      instance.registrations().find_prefixed(Registrations::Prefixed::Route, request.path);
  if (route.callback == 0) return refuse(404, "plugin \"" + name + "\" has no such page");
  const std::uint64_t exchange = exchanges_.open(instance.generation(), std::move(done));
  if (!instance.post_route(exchange, route, std::move(request))) {
    exchanges_.fail(exchange, 503, "plugin \"" + name + "\" is too busy");
  }
}

std::optional<RouteInfo> Host::find_route(std::string_view plugin, std::string_view path) const {
  const std::shared_ptr<const Routing> routing = supervisor_.routing();
  const auto known = routing->plugins.find(plugin);
  if (known == routing->plugins.end() || !known->second.instance) return std::nullopt;
  Registrations::Match route =
      known->second.instance->registrations().find_prefixed(Registrations::Prefixed::Route, path);
  if (route.callback == 0) return std::nullopt;
  return RouteInfo{std::move(route.key), route.is_public};
}

discord::Intents Host::intents() const {
  return supervisor_.intents();
}
std::vector<std::string> Host::who_wants(discord::Intents intents) const {
  return supervisor_.who_wants(intents);
}
std::uint64_t Host::permissions() const {
  return supervisor_.permissions();
}
void Host::control(std::string_view plugin, Control what, ControlDone done) {
  const std::string id(plugin.substr(0, 64));
  switch (what) {
    case Control::Enable:
      return enable(id, std::move(done));
    case Control::Disable:
      return disable(id, std::move(done));
    case Control::Reload:
      return reload(id, std::move(done));
  }
}
void Host::enable(const std::string& id, ControlDone done) {
  supervisor_.enable(id, std::move(done));
}
void Host::disable(const std::string& id, ControlDone done) {
  supervisor_.disable(id, std::move(done));
}
void Host::reload(const std::string& id, ControlDone done) {
  supervisor_.reload(id, std::move(done));
}

void Host::renew(std::map<std::string, ConfigValues> config) {
  supervisor_.renew(std::move(config));
}
std::string Host::commands_json() const {
  return supervisor_.commands_json();
}
std::size_t Host::pinned() const {
  return supervisor_.pinned();
}
void Host::sample() {
  supervisor_.sample();
  {
    const std::lock_guard lock(saving_);
    if (clock_.steady_now() - saved_at_ < kSaveEvery) return;
  }
  save_incidents();
}
std::vector<PluginStatus> Host::plugins() const {
  return supervisor_.plugins();
}
std::vector<Incident> Host::incidents(std::string_view plugin) const {
  return incidents_.list(plugin);
}
std::chrono::nanoseconds Host::cpu() const {
  return supervisor_.cpu();
}
std::vector<CommandStatus> Host::commands() const {
  return supervisor_.commands();
}

void Host::poke() {
  supervisor_.poke();
  watchdog_.poke();
}

}  // namespace discern::plugin
