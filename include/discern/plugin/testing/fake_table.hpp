#pragma once

// The functions behind FakeHost's table. Included by fake_host.hpp.

#include <algorithm>

#include "discern/plugin/testing/fake_host.hpp"
#include "discern/plugin/testing/rules.hpp"

namespace discern::plugin::testing {

struct FakeTable {
  static FakeHost& self(void* context) { return *static_cast<FakeHost*>(context); }
  static std::string str(discern_text text) { return std::string(plugin::detail::view(text)); }
  static void refuse(discern_failure* failure, std::string_view why) {
    plugin::detail::fill_failure(failure, nullptr, why);
  }

  static void log(void* context, std::int32_t level, discern_text text) {
    self(context).log.push_back({level, str(text)});
  }

  static std::uint64_t register_command(void* context,
                                        const discern_command* what,
                                        discern_failure* failure) {
    FakeHost& host = self(context);
    const std::string path = str(what->path);
    const std::uint32_t type = what->type == 0 ? std::uint32_t{DISCERN_COMMAND_SLASH} : what->type;
    const limits::Declared declared{
        type, path, str(what->description), str(what->options_json), str(what->attributes_json)};
    std::vector<limits::Declared> others;
    for (const auto& [id, one] : host.registered_) {
      if (one.command != 0) others.push_back(one.declared);
    }
    std::string why = type > DISCERN_COMMAND_MESSAGE
                          ? std::string("this host does not know that kind of command")
                          : limits::why_refused(declared, others);
    if (!why.empty()) {
      refuse(failure, "command \"" + path + "\": " + why);
      host.release(what->run);
      host.release(what->autocomplete);
      return 0;
    }
    FakeHost::Registered autocomplete;
    autocomplete.callback = what->autocomplete;
    FakeHost::Registered made;
    made.callback = what->run;
    made.key = path;
    made.command = type;
    made.declared = declared;
    if (what->autocomplete.run != nullptr) made.autocomplete = host.add(std::move(autocomplete));
    return host.add(std::move(made));
  }

  static std::uint64_t subscribe(void* context,
                                 const discern_subscription* what,
                                 discern_failure* failure) {
    FakeHost& host = self(context);
    FakeHost::Registered made;
    made.callback = what->run;
    made.kind = what->kind;
    made.key = str(what->key);
    std::string why(Rules::subscription(made.kind, made.key));
    for (const auto& [id, one] : host.registered_) {
      const bool twice = made.kind != DISCERN_ON_EVENT && one.kind == made.kind;
      if (why.empty() && twice && one.key == made.key) why = "is registered already";
    }
    if (why.empty()) return host.add(std::move(made));
    refuse(failure, "\"" + made.key + "\": " + why);
    host.release(what->run);
    return 0;
  }

  static std::uint64_t start_timer(void* context, const discern_timer* timer, discern_failure*) {
    constexpr std::int64_t kMillisecond = 1'000'000;
    FakeHost::Registered made;
    made.callback = timer->run;
    made.is_timer = true;
    made.due_ns =
        self(context).steady_ns_ + static_cast<std::int64_t>(timer->delay_ms) * kMillisecond;
    made.repeat_ns = static_cast<std::int64_t>(timer->repeat_ms) * kMillisecond;
    return self(context).add(std::move(made));
  }

  // Later: it may be running.
  static void remove(void* context, std::uint64_t id) {
    FakeHost& host = self(context);
    const auto found = host.registered_.find(id);
    if (found == host.registered_.end()) return;
    const discern_callback callback = found->second.callback;
    host.registered_.erase(found);
    host.queue_.push_back([&host, callback] { host.release(callback); });
  }

  static std::int32_t answer(void* context,
                             std::uint64_t interaction,
                             const discern_answer* what,
                             discern_failure* failure) {
    FakeHost& host = self(context);
    const auto found = host.conversations_.find(interaction);
    Conversation::State* state = found != host.conversations_.end() ? found->second.get() : nullptr;
    std::string why(problem(state, what->kind));
    if (why.empty()) why = Rules::answer(*what);
    if (!why.empty()) {
      refuse(failure, why);
      host.release(what->done);
      return DISCERN_FAILED;
    }
    if (what->kind == DISCERN_ANSWER_DEFER) {
      state->deferred = true;
    } else {
      state->replied = true;
    }
    Answer answer{what->kind, what->ephemeral != 0, str(what->json), {}, what->message};
    if (what->kind == DISCERN_ANSWER_FOLLOW_UP) answer.message = host.next_id_++;
    const std::uint64_t message = answer.message;
    const bool exists = !changes_a_follow_up(what->kind) || state->has_follow_up(message);
    for (std::uint32_t i = 0; i < what->file_count; ++i) {
      answer.files.push_back(str(what->files[i].name));
    }
    state->answers.push_back(std::move(answer));
    host.answer_later(what->done, [&host, message, exists](const discern_callback& done) {
      auto result = plugin::detail::sized<discern_result>();
      const std::string body =
          message != 0 ? JsonObject().add_id("id", message).text() : std::string("{}");
      result.status = exists ? 200 : 404;
      result.body = plugin::detail::text(exists ? body : std::string_view());
      if (!exists) {
        result.failed = 1;
        result.discord_code = 10008;
        result.error = plugin::detail::text("Unknown Message");
      }
      host.call(done, &result);
    });
    return DISCERN_OK;
  }

  static bool changes_a_follow_up(std::uint32_t kind) {
    return kind == DISCERN_ANSWER_EDIT_FOLLOW_UP || kind == DISCERN_ANSWER_DELETE_FOLLOW_UP;
  }

  static std::string_view problem(const Conversation::State* state, std::uint32_t kind) {
    if (state == nullptr) return "this interaction is over";
    const bool first = kind == DISCERN_ANSWER_REPLY || kind == DISCERN_ANSWER_DEFER ||
                       kind == DISCERN_ANSWER_MODAL || kind == DISCERN_ANSWER_CHOICES;
    if (first && state->replied) return "it was answered already; use edit_reply or follow_up";
    if (kind == DISCERN_ANSWER_DEFER && state->deferred) return "it was deferred already";
    if (kind == DISCERN_ANSWER_MODAL && state->deferred) return "a form must be the first answer";
    const bool later = kind == DISCERN_ANSWER_EDIT || kind == DISCERN_ANSWER_DELETE ||
                       kind == DISCERN_ANSWER_FOLLOW_UP || changes_a_follow_up(kind);
    if (later && !state->replied && !state->deferred) return "there was no first answer yet";
    return {};
  }

  static void release_interaction(void* context, std::uint64_t interaction) {
    const auto found = self(context).conversations_.find(interaction);
    if (found == self(context).conversations_.end()) return;
    found->second->let_go = true;
    self(context).conversations_.erase(found);
  }

  static std::int32_t respond(void* context,
                              std::uint64_t request,
                              const discern_http_response* response) {
    self(context).pages[request] = {
        response->status, str(response->content_type), str(response->body)};
    return DISCERN_OK;
  }

  static std::int32_t request(void* context,
                              const discern_rest_request* what,
                              discern_failure* failure) {
    FakeHost& host = self(context);
    std::string why(Rules::request(*what));
    if (why.empty()) why = Rules::body(*what, host.system_ns_ / 1'000'000);
    if (!why.empty()) {
      refuse(failure, "\"" + str(what->route) + "\": " + why);
      host.release(what->done);
      return DISCERN_FAILED;
    }
    DiscordCall call{str(what->method), str(what->route), {}, str(what->json), str(what->reason)};
    for (std::uint32_t i = 0; i < what->parameter_count; ++i) {
      call.parameters.push_back(str(what->parameters[i]));
    }
    Reaction reaction;
    for (const auto& [line, arranged] : host.discord_reactions) {
      if (line == call.method + " " + call.route) reaction = arranged;
    }
    host.discord_calls.push_back(std::move(call));
    host.answer_later(what->done, [&host, reaction](const discern_callback& done) {
      auto result = plugin::detail::sized<discern_result>();
      result.status = reaction.status;
      result.failed = reaction.status >= 200 && reaction.status < 300 ? 0 : 1;
      result.body = plugin::detail::text(reaction.body);
      if (result.failed != 0) result.error = plugin::detail::text("Discord refused it");
      host.call(done, &result);
    });
    return DISCERN_OK;
  }

  static std::int32_t send_gateway(void* context,
                                   const discern_gateway_payload* what,
                                   discern_failure*) {
    FakeHost& host = self(context);
    host.gateway_calls.push_back({what->op, what->guild, str(what->d)});
    host.answer_later(what->done, [&host](const discern_callback& done) {
      const auto result = plugin::detail::sized<discern_result>();
      host.call(done, &result);
    });
    return DISCERN_OK;
  }

  static std::uint64_t declare_metric(void* context,
                                      const discern_metric* metric,
                                      discern_failure* failure) {
    return self(context).metrics.declare(*metric, failure);
  }
  static std::int32_t find_series(void* context,
                                  std::uint64_t family,
                                  const discern_text* values,
                                  std::uint32_t count,
                                  discern_series* series) {
    return self(context).metrics.find(family, values, count, *series) ? DISCERN_OK : DISCERN_FAILED;
  }
  static void add_to_counter(void* context, std::uint32_t slot, std::uint64_t n) {
    self(context).metrics.add(slot, static_cast<double>(n));
  }
  static void observe(void* context, std::uint32_t slot, double value) {
    self(context).metrics.observe(slot, value);
  }
  static void add_distinct(void*, void* sketch, discern_text value) {
    FakeMetrics::add_distinct(sketch, plugin::detail::view(value));
  }
  static void add_top(void*, void* sketch, discern_text item, std::uint64_t n) {
    FakeMetrics::add_top(sketch, plugin::detail::view(item), n);
  }
  static void record(void* context, std::uint32_t what, discern_text name, double value) {
    constexpr std::string_view kWhat[] = {"", "load time ", "command ", "error "};
    if (what <= DISCERN_RECORD_ERROR) {
      self(context).recorded[std::string(kWhat[what]) + str(name)] += value;
    }
  }

  // The clock of a test is right: Discord's shows the same.
  static std::int64_t clock_ns(void* context, std::uint32_t which) {
    return which == DISCERN_CLOCK_STEADY ? self(context).steady_ns_ : self(context).system_ns_;
  }
  static void task_ended(void* context, const discern_task_end* end) {
    if (end->failure == nullptr) return;
    self(context).failures.push_back({end->failure->type, end->failure->text});
  }

  static std::int32_t web_request(void* context,
                                  const discern_web_request* what,
                                  discern_failure*) {
    FakeHost& host = self(context);
    WebCall call{str(what->method), str(what->url), {}, str(what->body)};
    for (std::uint32_t i = 0; i < what->header_count; ++i) {
      call.headers.emplace_back(str(what->headers[i].name), str(what->headers[i].value));
    }
    Reaction reaction{0, {}};
    for (const auto& [beginning, arranged] : host.web_reactions) {
      if (call.url.starts_with(beginning)) reaction = arranged;
    }
    host.web_calls.push_back(std::move(call));
    host.answer_later(what->done, [&host, reaction](const discern_callback& done) {
      auto response = plugin::detail::sized<discern_web_response>();
      response.status = reaction.status;
      response.failed = reaction.status == 0 ? 1 : 0;
      response.body = plugin::detail::text(reaction.body);
      if (response.failed != 0) {
        response.error = plugin::detail::text("the test arranged no answer: Bot::web_answers");
      }
      host.call(done, &response);
    });
    return DISCERN_OK;
  }

  static std::int32_t storage(void* context,
                              const discern_storage_request* what,
                              const discern_storage_rows* rows,
                              discern_failure* failure) {
    std::map<std::string, std::string>& stored = self(context).storage;
    const auto row = [&](const auto& item) {
      rows->row(rows->context, plugin::detail::text(item.first), plugin::detail::text(item.second));
    };
    const std::string key = str(what->key);
    if (what->kind == DISCERN_STORAGE_GET) {
      if (const auto found = stored.find(key); found != stored.end()) row(*found);
      return DISCERN_OK;
    }
    if (what->kind == DISCERN_STORAGE_LIST) {
      std::uint32_t left = what->limit != 0 ? what->limit : 1000;
      for (auto at = stored.upper_bound(str(what->after)); at != stored.end() && left > 0; ++at) {
        if (!at->first.starts_with(key)) continue;
        row(*at);
        --left;
      }
      return DISCERN_OK;
    }
    for (std::uint32_t i = 0; i < what->change_count; ++i) {
      if (what->changes[i].name.size == 0 || what->changes[i].name.size > 256) {
        refuse(failure, "a storage key has 1 to 256 bytes");
        return DISCERN_FAILED;
      }
    }
    for (std::uint32_t i = 0; i < what->change_count; ++i) {
      const discern_pair& change = what->changes[i];
      if (change.value.data == nullptr) {
        stored.erase(str(change.name));
      } else {
        stored[str(change.name)] = str(change.value);
      }
    }
    return DISCERN_OK;
  }
};

inline FakeHost::FakeHost() {
  table_ = plugin::detail::sized<discern_host>();
  table_.api_major = DISCERN_API_MAJOR;
  table_.api_minor = DISCERN_API_MINOR;
  table_.context = this;
  table_.log = FakeTable::log;
  table_.register_command = FakeTable::register_command;
  table_.subscribe = FakeTable::subscribe;
  table_.start_timer = FakeTable::start_timer;
  table_.remove = FakeTable::remove;
  table_.answer = FakeTable::answer;
  table_.release_interaction = FakeTable::release_interaction;
  table_.respond = FakeTable::respond;
  table_.request = FakeTable::request;
  table_.declare_metric = FakeTable::declare_metric;
  table_.find_series = FakeTable::find_series;
  table_.add_to_counter = FakeTable::add_to_counter;
  table_.observe = FakeTable::observe;
  table_.add_distinct = FakeTable::add_distinct;
  table_.add_top = FakeTable::add_top;
  table_.record = FakeTable::record;
  table_.clock_ns = FakeTable::clock_ns;
  table_.web_request = FakeTable::web_request;
  table_.storage = FakeTable::storage;
  table_.send_gateway = FakeTable::send_gateway;
  table_.task_ended = FakeTable::task_ended;
}

inline std::uint64_t FakeHost::add(Registered made) {
  registered_[next_id_] = std::move(made);
  return next_id_++;
}

inline void FakeHost::release(const discern_callback& callback) {
  if (callback.release != nullptr) callback.release(callback.context);
}

inline void FakeHost::answer_later(const discern_callback& done,
                                   std::function<void(const discern_callback&)> how) {
  if (done.run == nullptr) return;
  const std::uint64_t id = next_id_++;
  pending_[id] = done;
  queue_.push_back([this, id, how = std::move(how)] {
    const auto found = pending_.find(id);
    if (found == pending_.end()) return;
    const discern_callback callback = found->second;
    how(callback);
    if (pending_.erase(id) > 0) release(callback);
  });
}

inline void FakeHost::advance(std::int64_t nanoseconds) {
  const std::int64_t end = steady_ns_ + nanoseconds;
  while (true) {
    run_until_idle();
    std::uint64_t next = 0;
    std::int64_t due = end;
    for (const auto& [id, timer] : registered_) {
      if (!timer.is_timer || timer.due_ns > due || (next != 0 && timer.due_ns == due)) continue;
      next = id;
      due = timer.due_ns;
    }
    if (next == 0) break;
    system_ns_ += std::max<std::int64_t>(due - steady_ns_, 0);
    steady_ns_ = std::max(due, steady_ns_);
    const Registered timer = registered_[next];
    if (timer.repeat_ns > 0) registered_[next].due_ns += timer.repeat_ns;
    call(timer.callback, nullptr);
    if (timer.repeat_ns == 0 && registered_.erase(next) > 0) release(timer.callback);
  }
  system_ns_ += end - steady_ns_;
  steady_ns_ = end;
}

inline void FakeHost::release_all() {
  queue_.clear();
  std::map<std::uint64_t, Registered> registered;
  std::map<std::uint64_t, discern_callback> pending;
  registered.swap(registered_);
  pending.swap(pending_);
  for (const auto& [id, one] : registered) release(one.callback);
  for (const auto& [id, callback] : pending) release(callback);
  conversations_.clear();
}

inline const FakeHost::Registered* FakeHost::find_command(std::string_view path,
                                                          std::uint32_t type) const {
  for (const auto& [id, one] : registered_) {
    if (one.command == type && one.key == path) return &one;
  }
  return nullptr;
}

inline const FakeHost::Registered* FakeHost::find(std::uint32_t kind, std::string_view text) const {
  const Registered* best = nullptr;
  for (const auto& [id, one] : registered_) {
    if (one.kind != kind) continue;
    std::string_view key = one.key;
    const bool open_ended = kind != DISCERN_ON_ROUTE || key.ends_with('*');
    if (kind == DISCERN_ON_ROUTE && open_ended) key.remove_suffix(1);
    const bool fits = open_ended ? text.starts_with(key) : text == key;
    if (fits && (best == nullptr || one.key.size() > best->key.size())) best = &one;
  }
  return best;
}

inline std::vector<discern_callback> FakeHost::find_events(std::string_view type) const {
  std::vector<discern_callback> found;
  for (const auto& [id, one] : registered_) {
    if (one.kind == DISCERN_ON_EVENT && (one.key == type || one.key == "*")) {
      found.push_back(one.callback);
    }
  }
  return found;
}

inline std::vector<std::string> FakeHost::commands() const {
  std::vector<std::string> paths;
  for (const auto& [id, one] : registered_) {
    constexpr const char* kAfter[] = {"", "", " (user)", " (message)"};
    if (one.command != 0) paths.push_back(one.key + kAfter[one.command & 3]);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace discern::plugin::testing
