#pragma once

// The queue and the timers of one thread: what a plugin's thread, the supervisor and the watchdog
// each run.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "base/clock.hpp"

namespace discern::plugin {

enum class WorkKind : std::uint8_t { Init, Command, Event, Timer, Route, Response, Host };
inline constexpr std::size_t kWorkKinds = 7;
// "init", "command", ... for labels.
std::string_view to_string(WorkKind kind);

struct Work {
  WorkKind kind = WorkKind::Host;
  std::string name;  // "ping", "MESSAGE_CREATE": with the kind, what the watchdog calls it.
  std::function<void()> run;
  SteadyTime due{};  // When it was posted, or its timer fell due. Set by the loop.
};

enum class Wake : std::uint8_t { Now, Later };

// Every member but `run` is safe to call from every thread and never blocks.
class Loop {
 public:
  // `limit` bounds what try_post may queue.
  Loop(const Clock& clock, std::size_t limit) : clock_(clock), limit_(limit) {}

  // False when the queue is full or the loop is closed: the work is dropped. With Wake::Later a
  // sleeping loop sees it at the next post or poke() only, or when the queue is half full: one
  // wake-up for many works.
  [[nodiscard]] bool try_post(Work work, Wake wake = Wake::Now);
  // For what is bounded elsewhere (answers to requests, housekeeping). False when closed.
  bool post(Work work);
  // Runs `work` after `delay` and, unless `repeat` is zero, again and again. 0 when closed. A
  // repeating timer that fell behind skips the runs it missed.
  std::uint64_t start_timer(std::chrono::nanoseconds delay,
                            std::chrono::nanoseconds repeat,
                            Work work);
  void stop_timer(std::uint64_t timer);
  // Drops what has not begun; `run` returns after the work it is in.
  void close();
  // Looks at the queue and the clock again: after Wake::Later, and for clocks that jump.
  void poke();

  std::size_t depth() const;
  // Timers that fall due some time.
  std::size_t timers() const;
  bool closed() const;

  // The body of the thread. `run_one` gets each work and the time it begins at, and returns the
  // time it ended at.
  void run(const std::function<SteadyTime(Work&, SteadyTime)>& run_one);

 private:
  struct Timer {
    std::chrono::nanoseconds repeat{};
    SteadyTime due{};  // Where it stands in due_.
    Work work;
  };
  using Lock = std::unique_lock<std::mutex>;
  bool run_due_timer(Lock& lock,
                     SteadyTime& now,
                     const std::function<SteadyTime(Work&, SteadyTime)>& run_one);
  void wait(Lock& lock, SteadyTime now);

  const Clock& clock_;
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // All below are guarded by mutex_.
  std::deque<Work> queue_;
  std::map<std::uint64_t, Timer> timers_;
  std::set<std::pair<SteadyTime, std::uint64_t>> due_;
  std::uint64_t next_timer_ = 1;
  bool closed_ = false;
};

}  // namespace discern::plugin
