#pragma once

// A host without threads, sockets and disk: the C table that a plugin under test is given. Tests
// use it through testing.hpp.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "discern/plugin/limits.hpp"
#include "discern/plugin/testing/fake_metrics.hpp"
#include "discern/plugin/testing/records.hpp"

namespace discern::plugin::testing {

// One thread only. What the plugin asks for is answered by run_until_idle().
class FakeHost {
 public:
  struct Registered {
    discern_callback callback{};
    std::uint32_t kind = 0;     // 0: a command or a timer.
    std::string key;            // A command's path, a subscription's key.
    std::uint32_t command = 0;  // DISCERN_COMMAND_...; 0: none.
    limits::Declared declared{};
    std::uint64_t autocomplete = 0;
    std::int64_t due_ns = 0;  // Timers.
    std::int64_t repeat_ns = 0;
    bool is_timer = false;
  };

  FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;
  ~FakeHost() { release_all(); }

  const discern_host* table() const { return &table_; }

  // Calls a callback behind the fence; false when it failed, which is kept in `failures`.
  bool call(const discern_callback& callback, const void* message) {
    auto failure = plugin::detail::sized<discern_failure>();
    if (callback.run == nullptr) return true;
    if (callback.run(callback.context, message, &failure) == DISCERN_OK) return true;
    failures.push_back({failure.type, failure.text});
    return false;
  }
  void run_until_idle() {
    while (!queue_.empty()) {
      const std::function<void()> next = std::move(queue_.front());
      queue_.pop_front();
      next();
    }
  }
  // Lets time pass, and runs each timer when it is due.
  void advance(std::int64_t nanoseconds);
  void release_all();

  const Registered* find_command(std::string_view path,
                                 std::uint32_t type = DISCERN_COMMAND_SLASH) const;
  // The longest key that fits, as the real host does.
  const Registered* find(std::uint32_t kind, std::string_view text) const;
  std::vector<discern_callback> find_events(std::string_view type) const;
  const Registered* find(std::uint64_t id) const {
    const auto found = registered_.find(id);
    return found != registered_.end() ? &found->second : nullptr;
  }
  std::vector<std::string> commands() const;

  std::shared_ptr<Conversation::State> open_conversation(std::uint64_t id) {
    auto state = std::make_shared<Conversation::State>();
    conversations_[id] = state;
    return state;
  }

  // What the test arranged and what happened.
  std::vector<DiscordCall> discord_calls;
  std::vector<GatewayCall> gateway_calls;
  std::vector<WebCall> web_calls;
  std::vector<LogLine> log;
  std::vector<HandlerFailure> failures;
  std::vector<std::pair<std::string, Reaction>> discord_reactions;  // By "METHOD /route".
  std::vector<std::pair<std::string, Reaction>> web_reactions;      // By beginning of the URL.
  std::map<std::string, std::string> storage;
  std::map<std::uint64_t, Page> pages;
  FakeMetrics metrics;
  std::map<std::string, double> recorded;

 private:
  friend struct FakeTable;
  std::uint64_t add(Registered made);
  void answer_later(const discern_callback& done, std::function<void(const discern_callback&)> how);
  void take_callback(const discern_callback& callback);
  void release(const discern_callback& callback);

  discern_host table_{};
  std::map<std::uint64_t, Registered> registered_;
  std::map<std::uint64_t, std::shared_ptr<Conversation::State>> conversations_;
  std::map<std::uint64_t, discern_callback> pending_;
  std::deque<std::function<void()>> queue_;
  std::uint64_t next_id_ = 1;
  std::int64_t steady_ns_ = 3'600'000'000'000;
  std::int64_t system_ns_ = 1'767'225'600'000'000'000;  // 2026-01-01.
};

}  // namespace discern::plugin::testing

#include "discern/plugin/testing/fake_table.hpp"
