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
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "discern/plugin/fence.hpp"

namespace discern::plugin {

class TaskScope;
template <class T>
class Task;

namespace detail {

struct TaskRoot;

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
  TaskRoot* root = nullptr;  // The outermost coroutine around this one.
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
    handle_.promise().root = waiting.promise().root;
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

// The handler that a coroutine belongs to. An exception in the coroutine counts as that handler's,
// whatever the coroutine waited for.
struct TaskOrigin {
  std::uint32_t kind = DISCERN_ORIGIN_NONE;
  std::uint64_t interaction = 0;  // Of DISCERN_ORIGIN_INTERACTION.
  std::string_view name{};        // "MESSAGE_CREATE", "/page", "every 5000 ms".
};

namespace detail {

struct TaskRoot {
  TaskScope* scope = nullptr;
  TaskOrigin origin{};
  std::string name{};  // What origin.name looks at.
  std::list<TaskRoot*>::iterator place{};
  std::coroutine_handle<> handle{};
  // Set while start() runs the coroutine.
  std::exception_ptr* thrown = nullptr;
  bool* ended = nullptr;
};

}  // namespace detail

// The coroutines of one plugin that have begun and not ended. The plugin's thread only.
class TaskScope {
 public:
  // How the host learns that a coroutine failed after it waited (called inside the catch block), or
  // is destroyed where it waits.
  using Report = std::function<void(const TaskOrigin& origin, bool cancelled)>;

  TaskScope() = default;
  explicit TaskScope(Report report) : report_(std::move(report)) {}
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  ~TaskScope() { cancel_all(); }

  // Runs the task until it waits for the first time. Throws what the task throws before that. A
  // later exception is counted and reported by the host as an error of the handler that is running
  // now.
  void start(Task<> task);
  // Goes on where a coroutine waits. Throws nothing: exceptions end at the outermost coroutine.
  void resume(detail::TaskRoot* root, std::coroutine_handle<> waiting) {
    const Inside inside(*this, root->origin);
    waiting.resume();
  }
  // Destroys what waits; later starts do nothing.
  void cancel_all() {
    cancelled_ = true;
    while (!roots_.empty()) {
      const detail::TaskRoot& next = *roots_.front();
      if (report_) report_(next.origin, true);
      next.handle.destroy();
    }
  }
  std::size_t running() const { return roots_.size(); }

  // While it lives, coroutines that start belong to `origin`.
  class Inside {
   public:
    Inside(TaskScope& scope, const TaskOrigin& origin)
        : scope_(scope), before_(std::exchange(scope.current_, &origin)) {}
    ~Inside() { scope_.current_ = before_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    TaskScope& scope_;
    const TaskOrigin* before_;
  };

 private:
  struct RootPromise;
  struct Root {
    using promise_type = RootPromise;
    std::coroutine_handle<RootPromise> handle;
  };
  // Destroys itself when it ends, whoever resumed it.
  struct RootPromise {
    ~RootPromise() {
      if (about.scope != nullptr) about.scope->roots_.erase(about.place);
      if (about.ended != nullptr) *about.ended = true;
    }
    Root get_return_object() { return {std::coroutine_handle<RootPromise>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    // The task, with what its handler was given, is still there.
    void unhandled_exception() noexcept {
      if (about.thrown != nullptr) {
        *about.thrown = std::current_exception();
      } else if (about.scope->report_) {
        about.scope->report_(about.origin, false);
      }
    }

    detail::TaskRoot about;
    TaskScope* scope = nullptr;
    detail::TaskRoot* root = &about;
  };
  // Awaited where it is: a temporary would end, with all that the task holds, before the exception
  // is reported.
  static Root run(Task<> task) { co_await task; }

  Report report_;
  std::list<detail::TaskRoot*> roots_;
  const TaskOrigin* current_ = nullptr;
  bool cancelled_ = false;
};

inline void TaskScope::start(Task<> task) {
  if (cancelled_) return;
  std::exception_ptr thrown;
  bool ended = false;
  const Root root = run(std::move(task));
  RootPromise& promise = root.handle.promise();
  promise.scope = this;
  detail::TaskRoot& about = promise.about;
  if (current_ != nullptr) about.origin = *current_;
  about.name = about.origin.name;
  about.origin.name = about.name;
  about.handle = root.handle;
  about.thrown = &thrown;
  about.ended = &ended;
  about.place = roots_.insert(roots_.end(), &about);
  about.scope = this;
  resume(&about, root.handle);
  if (!ended) {
    about.thrown = nullptr;
    about.ended = nullptr;
  }
  if (thrown) std::rethrow_exception(thrown);
}

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
      if (state->waiting) {
        state->root->scope->resume(state->root, std::exchange(state->waiting, nullptr));
      }
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
        requires { waiting.promise().root; }, "co_await it inside a Task");
    state_->waiting = waiting;
    state_->root = waiting.promise().root;
  }
  Value await_resume() {
    return *std::move(state_->value);
  }

 private:
  struct State {
    std::optional<Value> value;
    std::coroutine_handle<> waiting;
    detail::TaskRoot* root = nullptr;  // Alive as long as `waiting` is set.
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
      using Returned = std::invoke_result_t<Then&, const Value&>;
      static_assert(!is_task<std::remove_cvref_t<Returned>>,
                    "a coroutine here would never run: co_await the call with `awaited` instead");
      static_assert(std::is_void_v<Returned> || is_task<std::remove_cvref_t<Returned>>,
                    "a function that takes a result returns nothing: what this one returns would "
                    "be dropped; write `return;`, or co_await the call with `awaited`");
    }
    begin(Function(std::move(then)));
  }
}

}  // namespace detail

namespace detail {

// One sentence for every handler that does not compile. `Returned` is in the compiler's note.
template <class Fn, class Returned>
constexpr bool check_handler() {
  constexpr bool fits = std::is_void_v<Returned> || std::same_as<Returned, Task<>>;
  static_assert(
      fits || !is_task<std::remove_cvref_t<Returned>>,
      "a handler that is a coroutine returns Task<>, by value: write `-> Task<>` and `co_return;` "
      "(the host takes no value from it, and a Task of another type would never run)");
  static_assert(fits || is_task<std::remove_cvref_t<Returned>>,
                "a handler returns nothing, or Task<> if it is a coroutine: what this one returns "
                "would be dropped; write `-> void` or `-> Task<>`");
  return fits;
}

}  // namespace detail

// A handler: a function that returns nothing, or a coroutine that returns Task<>.
template <class... Args>
class Handler {
 public:
  using Function = std::function<void(Args...)>;
  using Coroutine = std::function<Task<>(Args...)>;

  Handler() = default;
  template <class Fn>
  requires(!std::same_as<Fn, Handler> && std::invocable<Fn&, Args...>) Handler(Fn fn) {
    using Returned = std::invoke_result_t<Fn&, Args...>;
    if constexpr (!detail::check_handler<Fn, Returned>()) {
      // The sentence above says it all.
    } else if constexpr (std::same_as<Returned, Task<>>) {
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
