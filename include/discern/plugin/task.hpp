#pragma once

// Handlers that wait without blocking: a handler that returns Task<> is a coroutine.
//
//   core.api().register_command("weather", "Says how it is", [this](Interaction& i) -> Task<> {
//     i.defer();
//     const WebReply reply = co_await core_->http().get(url, awaited);
//     i.reply(reply.ok ? reply.body : "I could not find out.");
//   });
//
// What takes a function to call when it is done also takes `awaited`, and is then awaited. All of a
// plugin's code, coroutines too, runs on its one thread: between two co_awaits nothing else of it
// runs. When the plugin stops, what still waits is destroyed where it waits: its locals end, and
// nothing after that co_await runs. A lambda's captures live as long as the coroutine it made.

#include <concepts>
#include <coroutine>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "discern/plugin/fence.hpp"

namespace discern::plugin {

class TaskScope;
template <class T>
class Task;

namespace detail {

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<Task<T>> = true;

struct TaskPromiseBase {
  // When a coroutine ends, whoever awaits it goes on.
  struct Handover {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      return ended.promise().continuation;
    }
    void await_resume() noexcept {}
  };
  std::suspend_always initial_suspend() noexcept { return {}; }
  Handover final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { error = std::current_exception(); }

  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::exception_ptr error;
  TaskScope* scope = nullptr;
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  Task<T> get_return_object();
  void return_value(T given) { value.emplace(std::move(given)); }
  T take() {
    if (error) std::rethrow_exception(error);
    return *std::move(value);
  }
  std::optional<T> value;
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  Task<void> get_return_object();
  void return_void() noexcept {}
  void take() {
    if (error) std::rethrow_exception(error);
  }
};

}  // namespace detail

// A coroutine that has not begun. It begins when it is awaited, or given to core.start().
template <class T = void>
class [[nodiscard("it does nothing until it is awaited, or given to core.start()")]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task && other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept {
    return false;
  }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    handle_.promise().continuation = waiting;
    handle_.promise().scope = waiting.promise().scope;
    return handle_;
  }
  T await_resume() {
    return handle_.promise().take();
  }

 private:
  Handle handle_;
};

namespace detail {
template <class T>
Task<T> TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
}  // namespace detail

// The coroutines of one plugin that have begun and not ended. The plugin's thread only.
class TaskScope {
 public:
  TaskScope() = default;
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  ~TaskScope() { cancel_all(); }

  // Runs the task until it waits for the first time. An exception before that is thrown here; a
  // later one is counted and reported by the host, as if a handler had thrown it.
  void start(Task<> task) {
    if (cancelled_) return;
    const auto at = roots_.insert(roots_.end(), nullptr);
    const Root root = run(std::move(task));
    root.handle.promise().scope = this;
    root.handle.promise().place = at;
    *at = root.handle;
    resume(root.handle);
  }
  // Goes on where a coroutine waits. Throws what leaves the outermost one.
  void resume(std::coroutine_handle<> waiting) {
    waiting.resume();
    if (!ended_) return;
    const std::coroutine_handle<RootPromise> ended = std::exchange(ended_, nullptr);
    const std::exception_ptr error = ended.promise().error;
    roots_.erase(ended.promise().place);
    ended.destroy();
    if (error) std::rethrow_exception(error);
  }
  // Destroys what waits; later starts do nothing.
  void cancel_all() {
    cancelled_ = true;
    while (!roots_.empty()) {
      const std::coroutine_handle<> next = roots_.front();
      roots_.pop_front();
      if (next) next.destroy();
    }
  }
  std::size_t running() const { return roots_.size(); }

 private:
  struct RootPromise;
  struct Root {
    using promise_type = RootPromise;
    std::coroutine_handle<RootPromise> handle;
  };
  struct RootPromise {
    struct Report {
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<RootPromise> ended) noexcept {
        ended.promise().scope->ended_ = ended;
      }
      void await_resume() noexcept {}
    };
    Root get_return_object() { return {std::coroutine_handle<RootPromise>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    Report final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { error = std::current_exception(); }

    TaskScope* scope = nullptr;
    std::list<std::coroutine_handle<>>::iterator place;
    std::exception_ptr error;
  };
  static Root run(Task<> task) { co_await std::move(task); }

  std::list<std::coroutine_handle<>> roots_;
  std::coroutine_handle<RootPromise> ended_;
  bool cancelled_ = false;
};

// In place of a function to call: co_await the result.
struct Await {};
inline constexpr Await awaited{};

// A result that is on its way. Begun already; co_await it at most once, inside a Task.
template <class Value>
class [[nodiscard("co_await it")]] Awaiting {
 public:
  // `begin` is called at once with a function that takes the value, later or at once.
  template <class Begin>
  explicit Awaiting(Begin && begin) : state_(std::make_shared<State>()) {
    begin([state = state_](const Value& value) {
      state->value.emplace(value);
      if (state->waiting) state->scope->resume(std::exchange(state->waiting, nullptr));
    });
  }
  Awaiting(Awaiting &&) noexcept = default;
  Awaiting& operator=(Awaiting&&) = delete;
  ~Awaiting() {
    // The coroutine ends while it waits: nobody is to wake it any more.
    if (state_) state_->waiting = nullptr;
  }

  bool await_ready() const noexcept {
    return state_->value.has_value();
  }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    static_assert(
        requires { waiting.promise().scope; }, "co_await it inside a Task");
    state_->waiting = waiting;
    state_->scope = waiting.promise().scope;
  }
  Value await_resume() {
    return *std::move(state_->value);
  }

 private:
  struct State {
    std::optional<Value> value;
    std::coroutine_handle<> waiting;
    TaskScope* scope = nullptr;
  };
  std::shared_ptr<State> state_;
};

// What takes a result: a function, or `awaited`.
template <class Then, class Value>
concept Continuation =
    std::same_as<Then, Await> || std::constructible_from<std::function<void(const Value&)>, Then>;

namespace detail {

// Calls begin(done) for a function that is given, or makes something to co_await.
template <class Value, class Then, class Begin>
auto complete(Then then, Begin&& begin) {
  using Function = std::function<void(const Value&)>;
  if constexpr (std::same_as<Then, Await>) {
    return Awaiting<Value>([&](auto done) { begin(Function(std::move(done))); });
  } else {
    if constexpr (std::invocable<Then&, const Value&>) {
      static_assert(!is_task<std::invoke_result_t<Then&, const Value&>>,
                    "a coroutine here would never run: co_await the call with `awaited` instead");
    }
    begin(Function(std::move(then)));
  }
}

}  // namespace detail

// A handler: a function, or a coroutine (something that returns Task<>).
template <class... Args>
class Handler {
 public:
  using Function = std::function<void(Args...)>;
  using Coroutine = std::function<Task<>(Args...)>;

  Handler() = default;
  template <class Fn>
  requires(!std::same_as<Fn, Handler> && std::invocable<Fn&, Args...>) Handler(Fn fn) {
    if constexpr (std::same_as<std::invoke_result_t<Fn&, Args...>, Task<>>) {
      coroutine_ = std::make_shared<const Coroutine>(std::move(fn));
    } else {
      function_ = std::move(fn);
    }
  }
  explicit operator bool() const { return function_ || coroutine_; }
  // Null when it is a function. Shared, so that captures live as long as a coroutine that uses
  // them.
  const std::shared_ptr<const Coroutine>& coroutine() const { return coroutine_; }
  const Function& function() const { return function_; }

 private:
  Function function_;
  std::shared_ptr<const Coroutine> coroutine_;
};

}  // namespace discern::plugin
