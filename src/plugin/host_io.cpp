// The part of the host table that reaches the outside: clock, outgoing HTTP, storage.

#include "base/log.hpp"
#include "plugin/host_call.hpp"
#include "plugin/host_functions.hpp"

namespace discern::plugin {
namespace {

constexpr std::uint32_t kDefaultRows = 1000;

std::int64_t nanoseconds(std::chrono::nanoseconds since) {
  return since.count();
}

}  // namespace

struct HostIo : HostCall {
  static std::int64_t clock_ns(void* context, std::uint32_t which) noexcept {
    const Services& services = self(context).services_;
    const discord::DiscordClock* discord_clock = services.options.discord_clock;
    if (which == DISCERN_CLOCK_DISCORD && discord_clock != nullptr) {
      return nanoseconds(discord_clock->now().time_since_epoch());
    }
    return which == DISCERN_CLOCK_STEADY
               ? nanoseconds(services.clock.steady_now().time_since_epoch())
               : nanoseconds(services.clock.system_now().time_since_epoch());
  }

  static std::int32_t web_request(void* context,
                                  const discern_web_request* given,
                                  discern_failure* failure) noexcept {
    const discern_web_request what = read_struct(given);
    Instance& instance = self(context);
    return ask(instance, what.done, failure, [&](std::uint64_t callback) -> Result<void> {
      Result<void> sent = send(instance, what, callback);
      if (!sent) instance.services_.web_requests.with(instance.id(), "refused").add();
      return sent;
    });
  }

  static Result<void> send(Instance& instance,
                           const discern_web_request& what,
                           std::uint64_t callback) {
    Services& services = instance.services_;
    if (!services.options.send_web) {
      return Error(Errc::Refused,
                   "plugins may not reach the web here (plugins.outgoing_http = \"none\")");
    }
    Result<OutgoingRequest> request = read_web_request(what, instance.id());
    if (!request) return std::move(request).error();
    if (!services.web.enter(instance.web_requests_under_way_)) {
      return Error(Errc::Limit,
                   "16 outgoing requests of this plugin, or 64 of all, are under way; wait for "
                   "some of them");
    }
    std::string name = request->method + " " + web_host(request->url);
    services.options.send_web(
        *std::move(request),
        [held = instance.shared_from_this(),
         callback,
         name = std::move(name),
         sent = services.clock.steady_now()](Result<OutgoingResponse> answer) {
          count(*held, sent, answer);
          arrived(held, callback, name, std::move(answer));
        });
    return {};
  }

  static void count(Instance& instance, SteadyTime sent, const Result<OutgoingResponse>& answer) {
    Services& services = instance.services_;
    const std::string outcome =
        answer.ok() ? std::to_string(answer->status / 100) + "xx" : std::string("failed");
    services.web_requests.with(instance.id(), outcome).add();
    services.web_duration.with(instance.id()).observe(services.clock.steady_now() - sent);
  }

  // On the http-out thread.
  static void arrived(const std::shared_ptr<Instance>& instance,
                      std::uint64_t callback,
                      const std::string& name,
                      Result<OutgoingResponse> answer) {
    instance->services_.web.leave(instance->web_requests_under_way_);
    if (callback == 0) {
      if (answer.ok()) return;
      return log::warn(
          "plugin", "plugin \"{}\": {} failed: {}", instance->id(), name, answer.error().text);
    }
    Work work{WorkKind::Response, name, nullptr, {}};
    work.run = [self = instance.get(),
                callback,
                held = std::make_shared<Result<OutgoingResponse>>(std::move(answer))] {
      hand_over(*self, callback, *held);
    };
    // When the loop is closed, the callback is released with all others.
    instance->loop_.post(std::move(work));
  }

  static void hand_over(Instance& instance,
                        std::uint64_t callback,
                        const Result<OutgoingResponse>& answer) {
    auto message = sized_struct<discern_web_response>();
    std::vector<discern_pair> headers;
    if (answer.ok()) {
      const OutgoingResponse& response = answer.value();
      for (const auto& [name, value] : response.headers) {
        headers.push_back({lend(name), lend(value)});
      }
      message.status = response.status;
      message.body = lend(response.body);
      message.headers = headers.data();
      message.header_count = static_cast<std::uint32_t>(headers.size());
    } else {
      message.failed = 1;
      message.error = lend(answer.error().text);
    }
    instance.invoke_once(callback, &message);
  }

  static std::int32_t storage(void* context,
                              const discern_storage_request* given,
                              const discern_storage_rows* rows,
                              discern_failure* failure) noexcept {
    try {
      const discern_storage_request what = read_struct(given);
      Instance& instance = self(context);
      Result<PluginStorage*> storage = open_storage(instance);
      Result<std::vector<PluginStorage::Row>> found =
          storage ? use(**storage, what) : Result<std::vector<PluginStorage::Row>>(storage.error());
      if (!found) {
        fill_failure(failure, found.error().text);
        return DISCERN_FAILED;
      }
      if (rows == nullptr || rows->row == nullptr) return DISCERN_OK;
      for (const auto& [key, value] : *found) rows->row(rows->context, lend(key), lend(value));
      return DISCERN_OK;
    } catch (...) {
      fill_failure(failure, current_exception_fault().text);
      return DISCERN_FAILED;
    }
  }

  // The gate is not held while the disk works: giving a plugin up must not wait for it. The
  // storage lives as long as the instance, and an abandoned one lives for ever.
  static Result<PluginStorage*> open_storage(Instance& instance) {
    {
      const std::shared_lock gate(instance.gate_);
      if (!instance.open_) return Error(Errc::Closed, std::string(kClosed));
    }
    const HostOptions& options = instance.services_.options;
    if (options.storage_folder.empty()) {
      return Error(Errc::Unavailable, "this host keeps nothing for plugins");
    }
    const std::lock_guard lock(instance.storage_mutex_);
    if (!instance.storage_) {
      Result<std::unique_ptr<PluginStorage>> opened = PluginStorage::open(
          options.storage_folder / (instance.id() + ".db"), options.storage_limit_bytes);
      if (!opened) return std::move(opened).error();
      instance.storage_ = *std::move(opened);
    }
    return instance.storage_.get();
  }

  static Result<std::vector<PluginStorage::Row>> use(PluginStorage& storage,
                                                     const discern_storage_request& what) {
    std::vector<PluginStorage::Row> rows;
    switch (what.kind) {
      case DISCERN_STORAGE_GET: {
        Result<std::optional<std::string>> value = storage.read(view(what.key));
        if (!value) return std::move(value).error();
        if (value->has_value()) rows.emplace_back(bytes_of(what.key), **std::move(value));
        return rows;
      }
      case DISCERN_STORAGE_LIST:
        return storage.list(
            view(what.key), view(what.after), what.limit != 0 ? what.limit : kDefaultRows);
      case DISCERN_STORAGE_WRITE: {
        std::vector<PluginStorage::Change> changes;
        for (std::uint32_t i = 0; i < what.change_count; ++i) {
          const discern_pair& change = what.changes[i];
          changes.push_back({view(change.name), std::nullopt});
          if (change.value.data != nullptr) changes.back().value = view(change.value);
        }
        if (Result<void> written = storage.write(changes); !written) {
          return std::move(written).error();
        }
        return rows;
      }
      default:
        return Error(Errc::Invalid, "this host does not know that storage request");
    }
  }
};

void add_io_functions(discern_host& table) {
  table.clock_ns = HostIo::clock_ns;
  table.web_request = HostIo::web_request;
  table.storage = HostIo::storage;
}

}  // namespace discern::plugin
