#include "plugin/host_functions.hpp"

#include <algorithm>
#include <bit>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/log.hpp"
#include "base/utf8.hpp"
#include "discord/model/event_type.hpp"
#include "plugin/discord_names.hpp"
#include "plugin/file_names.hpp"
#include "plugin/host_call.hpp"
#include "plugin/rest_request.hpp"

namespace discern::plugin {
namespace {

constexpr std::size_t kMaxRequests = 1000;
constexpr std::size_t kMaxLogBytes = 4096;

}  // namespace

// Each function: reads values, checks them, and never lets an exception into the plugin.
struct HostFunctions : HostCall {
  static void log(void* context, std::int32_t level, discern_text text) noexcept {
    try {
      Instance& instance = self(context);
      const auto at = static_cast<log::Level>(std::clamp(level, 0, 3));
      log::at(at, "plugin", "{}: {}", instance.id(), to_valid_utf8(view(text), kMaxLogBytes));
    } catch (...) {
      // A line that cannot be written is not worth more.
    }
  }

  static std::uint64_t register_command(void* context,
                                        const discern_command* given,
                                        discern_failure* failure) noexcept {
    const discern_command what = read_struct(given);
    Instance& instance = self(context);
    const std::uint64_t number =
        add(instance, what.run, failure, [&](std::uint64_t run) -> Result<void> {
          Registrations::Command command;
          command.spec = {text_of(what.path),
                          text_of(what.description),
                          text_of(what.options_json),
                          text_of(what.attributes_json)};
          if (what.type > DISCERN_COMMAND_MESSAGE) {
            return Error(Errc::Invalid, "this host does not know that kind of command");
          }
          if (what.type != 0) command.spec.type = static_cast<discord::CommandType>(what.type);
          command.run = run;
          Result<void> added = instance.services_.observer.add_command(
              instance, command.spec, [&]() -> Result<void> {
                if (what.autocomplete.run != nullptr) {
                  command.autocomplete = instance.callbacks_.add(what.autocomplete);
                  if (command.autocomplete == 0) {
                    return no_room(instance);
                  }
                }
                instance.registrations_.add_command(command);
                return {};
              });
          if (added) instance.services_.observer.on_registrations(instance);
          return added;
        });
    if (number == 0) release(what.autocomplete);
    return number;
  }

  static std::uint64_t subscribe(void* context,
                                 const discern_subscription* given,
                                 discern_failure* failure) noexcept {
    const discern_subscription what = read_struct(given);
    Instance& instance = self(context);
    return add(instance, what.run, failure, [&](std::uint64_t number) -> Result<void> {
      using Prefixed = Registrations::Prefixed;
      const std::string key = text_of(what.key);
      switch (what.kind) {
        case DISCERN_ON_EVENT:
          warn_about_name(instance, key);
          warn_about_intents(instance, key);
          instance.registrations_.add_event(key, number);
          instance.services_.observer.on_registrations(instance);
          return {};
        case DISCERN_ON_COMPONENT:
          return instance.registrations_.add_prefixed(Prefixed::Component, key, number);
        case DISCERN_ON_MODAL:
          return instance.registrations_.add_prefixed(Prefixed::Modal, key, number);
        case DISCERN_ON_ROUTE:
          // Unknown: made for a later host. To guess could open what is meant to be closed.
          if (what.access > DISCERN_ACCESS_PUBLIC) {
            return Error(Errc::Invalid,
                         "route \"" + key + "\" wants an access that this host does not know");
          }
          return instance.registrations_.add_prefixed(
              Prefixed::Route, key, number, what.access == DISCERN_ACCESS_PUBLIC);
        default:
          return Error(Errc::Invalid, "this host does not know that kind of subscription");
      }
    });
  }

  static void warn_about_name(const Instance& instance, const std::string& type) {
    if (type == "*" || discord::find_event_type(type) != discord::EventType::Unknown) return;
    const std::string_view nearest = nearest_event(type);
    log::warn("plugin",
              "plugin \"{}\" waits for \"{}\", which is no event that this host knows{}{}{}",
              instance.id(),
              type,
              nearest.empty() ? "" : "; did you mean \"",
              nearest,
              nearest.empty() ? "" : "\"?");
  }

  static void warn_about_intents(const Instance& instance, const std::string& type) {
    const discord::Intents needed = intents_for(type);
    if (needed == 0 || (needed & instance.manifest().intents) != 0) return;
    log::warn("plugin",
              "plugin \"{}\" waits for {} but its plugin.toml asks for none of: {}",
              instance.id(),
              type,
              discord::describe_intents(needed));
  }

  static std::uint64_t start_timer(void* context,
                                   const discern_timer* given,
                                   discern_failure* failure) noexcept {
    constexpr std::uint64_t kLongest = 366ull * 24 * 3600 * 1000;
    const discern_timer what = read_struct(given);
    Instance& instance = self(context);
    return add(instance, what.run, failure, [&](std::uint64_t number) -> Result<void> {
      const std::chrono::milliseconds delay(std::min(what.delay_ms, kLongest));
      const std::chrono::milliseconds repeat(std::min(what.repeat_ms, kLongest));
      const bool once = repeat.count() == 0;
      Work work{WorkKind::Timer,
                (once ? "after " : "every ") + std::to_string(delay.count()) + " ms",
                nullptr,
                {}};
      work.run = [&instance, number, once] {
        instance.invoke(number, nullptr);
        if (!once) return;
        instance.registrations_.remove(number);
        instance.callbacks_.remove(number);
        instance.callbacks_.sweep();
      };
      const std::uint64_t timer = instance.loop_.start_timer(delay, repeat, std::move(work));
      if (timer == 0) {
        return Error(Errc::Closed, "the plugin is being stopped: its timers run no more");
      }
      instance.registrations_.add_timer(number, timer);
      return {};
    });
  }

  static void remove(void* context, std::uint64_t registration) noexcept {
    try {
      Instance& instance = self(context);
      const std::shared_lock gate(instance.gate_);
      if (instance.open_) instance.remove_callback(registration);
    } catch (...) {
      // Without memory for the clean-up it happens when the plugin ends.
    }
  }

  static std::int32_t answer(void* context,
                             std::uint64_t interaction,
                             const discern_answer* given,
                             discern_failure* failure) noexcept {
    const discern_answer what = read_struct(given);
    Instance& instance = self(context);
    return ask(instance, what.done, failure, [&](std::uint64_t callback) -> Result<void> {
      if (what.kind < DISCERN_ANSWER_REPLY || what.kind > DISCERN_ANSWER_DELETE_FOLLOW_UP) {
        return Error(Errc::Invalid, "this host does not know that kind of answer");
      }
      Result<std::vector<discord::RestFile>> files = read_files(what.files, what.file_count);
      if (!files) return std::move(files).error();
      Interactions::Given taken{static_cast<AnswerKind>(what.kind),
                                what.ephemeral != 0,
                                text_of(what.json),
                                *std::move(files),
                                what.message};
      clean_file_names(taken.files, taken.json);
      return instance.services_.interactions->answer(discord::InteractionId{interaction},
                                                     instance.generation_,
                                                     std::move(taken),
                                                     instance.result_callback(callback, "answer"));
    });
  }

  static void release_interaction(void* context, std::uint64_t interaction) noexcept {
    try {
      Instance& instance = self(context);
      const std::shared_lock gate(instance.gate_);
      if (!instance.open_) return;
      const discord::InteractionId id{interaction};
      if (instance.ending_.load()) {
        return instance.services_.interactions->released_at_end(id, instance.generation_);
      }
      std::optional<Interactions::Which> abandoned =
          instance.services_.interactions->released(id, instance.generation_);
      if (!abandoned) return;
      if (abandoned->type == discord::InteractionType::Command) {
        instance.services_.command_errors.with(instance.id(), abandoned->place).add();
      }
      if (instance.thread_id_.load() == std::this_thread::get_id()) {
        instance.let_go_in_call_.push_back(std::move(abandoned->place));
      } else {
        instance.record_let_go(abandoned->place);
      }
    } catch (...) {
      // The interaction ends by itself after 15 minutes.
    }
  }

  static void task_ended(void* context, const discern_task_end* given) noexcept {
    try {
      const discern_task_end what = read_struct(given);
      Instance& instance = self(context);
      const std::shared_lock gate(instance.gate_);
      if (!instance.open_) return;
      if (what.cancelled != 0) {
        if (what.origin != DISCERN_ORIGIN_INTERACTION) return;
        return instance.services_.interactions->cancelled(discord::InteractionId{what.interaction},
                                                          instance.generation_);
      }
      Instance::TaskFault fault{
          what.origin, what.interaction, text_of(what.name), to_fault(read_struct(what.failure))};
      if (instance.thread_id_.load() == std::this_thread::get_id()) {
        return instance.record_task_fault(fault);
      }
      Work work;
      work.run = [&instance, fault = std::move(fault)] {
        const std::shared_lock held(instance.gate_);
        if (instance.open_) instance.record_task_fault(fault);
      };
      instance.loop_.post(std::move(work));
    } catch (...) {
      // Without memory to record it.
    }
  }

  static std::int32_t respond(void* context,
                              std::uint64_t request,
                              const discern_http_response* given) noexcept {
    try {
      const discern_http_response what = read_struct(given);
      Instance& instance = self(context);
      const std::shared_lock gate(instance.gate_);
      if (!instance.open_) return DISCERN_FAILED;
      RouteResponse response;
      response.status = what.status >= 200 && what.status <= 599 ? what.status : 500;
      response.content_type = text_of(what.content_type);
      response.body = bytes_of(what.body);
      const bool sent =
          instance.services_.exchanges.answer(request, instance.generation_, std::move(response));
      return sent ? DISCERN_OK : DISCERN_FAILED;
    } catch (...) {
      return DISCERN_FAILED;
    }
  }

  static SystemTime discord_now(const Instance& instance) {
    const Services& services = instance.services_;
    const discord::DiscordClock* clock = services.options.discord_clock;
    return clock != nullptr ? clock->now() : services.clock.system_now();
  }

  static std::int32_t request(void* context,
                              const discern_rest_request* given,
                              discern_failure* failure) noexcept {
    const discern_rest_request what = read_struct(given);
    Instance& instance = self(context);
    return ask(instance, what.done, failure, [&](std::uint64_t callback) -> Result<void> {
      Result<discord::RestRequest> made =
          read_rest_request(what, instance.id(), discord_now(instance));
      if (!made) return std::move(made).error();
      if (instance.requests_under_way_.load() >= kMaxRequests) {
        return Error(Errc::Limit,
                     "1,000 requests of this plugin are under way; wait for some of them");
      }
      ++instance.requests_under_way_;
      const std::string route = made->method + " " + made->route;
      instance.services_.rest.send(*std::move(made),
                                   [weak = instance.weak_from_this(),
                                    done = instance.result_callback(callback, text_of(what.route)),
                                    route](discord::RestOutcome outcome) {
                                     const std::shared_ptr<Instance> held = weak.lock();
                                     if (!held) return;
                                     --held->requests_under_way_;
                                     if (done) return done(std::move(outcome));
                                     if (outcome.response.ok()) return;
                                     log::warn("plugin",
                                               "plugin \"{}\": {} failed: {}",
                                               held->id(),
                                               route,
                                               outcome.response.error().text);
                                   });
      return {};
    });
  }

  static std::int32_t send_gateway(void* context,
                                   const discern_gateway_payload* given,
                                   discern_failure* failure) noexcept {
    const discern_gateway_payload what = read_struct(given);
    Instance& instance = self(context);
    const std::string name = "gateway opcode " + std::to_string(what.op);
    return ask(instance, what.done, failure, [&](std::uint64_t callback) -> Result<void> {
      constexpr discord::Op kAllowed[] = {discord::Op::VoiceStateUpdate,
                                          discord::Op::RequestGuildMembers,
                                          discord::Op::RequestSoundboardSounds,
                                          discord::Op::RequestChannelInfo};
      const auto op = static_cast<discord::Op>(what.op);
      if (what.op > 255 ||
          std::find(std::begin(kAllowed), std::end(kAllowed), op) == std::end(kAllowed)) {
        return Error(Errc::Invalid, name + " is not a plugin's to send; 4, 8, 31 and 43 are");
      }
      // What is no JSON would end the connection of the shard, for all plugins.
      boost::system::error_code bad;
      const boost::json::value d = boost::json::parse(text_of(what.d), bad);
      if (bad || !d.is_object()) return Error(Errc::Invalid, name + " takes a JSON object");
      const auto& send = instance.services_.options.send_gateway;
      if (!send) return Error(Errc::Unavailable, "there is no gateway here");
      send(op,
           discord::GuildId{what.guild},
           boost::json::serialize(d),
           [weak = instance.weak_from_this(),
            name,
            done = instance.result_callback(callback, name)](Result<void> sent) {
             const std::shared_ptr<Instance> held = weak.lock();
             if (!held) return;
             if (!sent.ok() && !done) {
               log::warn(
                   "plugin", "plugin \"{}\": {} failed: {}", held->id(), name, sent.error().text);
             }
             if (!done) return;
             if (sent.ok()) return done({discord::RestResponse{}, 0, 0});
             done({std::move(sent).error(), 0, 0});
           });
      return {};
    });
  }

  static std::uint64_t declare_metric(void* context,
                                      const discern_metric* given,
                                      discern_failure* failure) noexcept {
    try {
      Instance& instance = self(context);
      const std::shared_lock gate(instance.gate_);
      if (!instance.open_) return fill_failure(failure, HostCall::kClosed), 0;
      Result<std::uint64_t> number =
          instance.services_.families.declare(instance.id(), read_struct(given));
      if (number) return *number;
      fill_failure(failure, number.error().text);
    } catch (...) {
      fill_failure(failure, current_exception_fault().text);
    }
    return 0;
  }

  static std::int32_t find_series(void* context,
                                  std::uint64_t family,
                                  const discern_text* values,
                                  std::uint32_t count,
                                  discern_series* series) noexcept {
    try {
      Instance& instance = self(context);
      auto found = sized_struct<discern_series>();
      metrics::LabelValues labels{};
      for (std::uint32_t i = 0; i < count && i < metrics::kMaxLabels; ++i)
        labels[i] = view(values[i]);
      const std::shared_lock gate(instance.gate_);
      if (!instance.open_ || !instance.services_.families.find(family, labels, found))
        return DISCERN_FAILED;
      write_struct(series, found);
      return DISCERN_OK;
    } catch (...) {
      return DISCERN_FAILED;
    }
  }

  static void add_distinct(void*, void* sketch, discern_text value) noexcept {
    std::bit_cast<metrics::Distinct>(sketch).add(view(value));
  }
  static void add_top(void*, void* sketch, discern_text item, std::uint64_t n) noexcept {
    try {
      std::bit_cast<metrics::TopK>(sketch).add(view(item), n);
    } catch (...) {
      // A count that was lost for want of memory.
    }
  }
  static void add_to_counter(void*, std::uint32_t slot, std::uint64_t n) noexcept {
    metrics::Counter(slot).add(n);
  }
  static void observe(void*, std::uint32_t slot, double value) noexcept {
    metrics::Histogram(slot).observe(value);
  }

  static void record(void* context, std::uint32_t what, discern_text name, double) noexcept {
    try {
      Instance& instance = self(context);
      const std::shared_lock gate(instance.gate_);
      if (!instance.open_) return;
      if (what == DISCERN_RECORD_COMMAND_USAGE) {
        const std::string_view used = view(name);
        // The host counted it when it handed the command over.
        if (instance.registrations_.knows_command(used)) return;
        instance.services_.commands.with(instance.id(), used).add();
      } else if (what == DISCERN_RECORD_ERROR) {
        if (instance.thread_id_.load() == std::this_thread::get_id()) {
          ++instance.reported_in_call_;
        } else {
          instance.services_.errors.with(instance.id(), "reported").add();
        }
      }
      // DISCERN_RECORD_LOAD_TIME: the host measures the whole load, which includes what is given.
    } catch (...) {
      // A count that was lost for want of memory.
    }
  }
};

discern_host make_host_table(Instance& instance) {
  auto table = sized_struct<discern_host>();
  table.api_major = DISCERN_API_MAJOR;
  table.api_minor = DISCERN_API_MINOR;
  table.context = &instance;
  table.log = HostFunctions::log;
  table.register_command = HostFunctions::register_command;
  table.subscribe = HostFunctions::subscribe;
  table.start_timer = HostFunctions::start_timer;
  table.remove = HostFunctions::remove;
  table.answer = HostFunctions::answer;
  table.release_interaction = HostFunctions::release_interaction;
  table.respond = HostFunctions::respond;
  table.request = HostFunctions::request;
  table.declare_metric = HostFunctions::declare_metric;
  table.find_series = HostFunctions::find_series;
  table.add_to_counter = HostFunctions::add_to_counter;
  table.observe = HostFunctions::observe;
  table.add_distinct = HostFunctions::add_distinct;
  table.add_top = HostFunctions::add_top;
  table.record = HostFunctions::record;
  add_io_functions(table);
  table.send_gateway = HostFunctions::send_gateway;
  table.task_ended = HostFunctions::task_ended;
  return table;
}

}  // namespace discern::plugin
