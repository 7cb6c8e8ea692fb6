#pragma once

// Signals: a thread of their own takes them, so that a stop is heard whatever the others wait for.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "app/stop_fsm.hpp"
#include "base/error.hpp"

namespace discern::app {

// What the operator asks of the running program.
enum class Wish { Stop, Reload };

// Blocks SIGINT, SIGTERM and SIGHUP for this thread and all it starts, and ignores SIGPIPE and
// SIGXFSZ. Call first in main.
void block_signals();

// Writes what is still to be printed, for at most a second, and ends the process without running
// destructors: threads may still run whose data they would take away.
[[noreturn]] void end_program(int code);

// Takes SIGINT, SIGTERM and SIGHUP. When the stop that follows takes too long, because a disk, a
// plugin or another machine does not answer, it ends the process (StopLimits).
class SignalWatch {
 public:
  // Errors: Limit (no thread).
  static Result<std::unique_ptr<SignalWatch>> start(StopLimits limits = {});
  // Signals that come later are blocked.
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  // Waits for the next wish. Main thread.
  Wish wait();
  bool stop_asked() const { return asked_; }
  // Called on the watching thread when a stop is asked for, or at once if it was; must not wait.
  // An empty function takes it back, and waits for one that runs.
  void on_stop(std::function<void()> interrupt);

  // What the main thread waits for now, for the sentence that says what did not come back. A
  // string literal.
  void waits_for(const char* what) { waits_for_ = what; }
  void started();
  void saved();

 private:
  explicit SignalWatch(StopLimits limits) : fsm_(limits) {}
  void run();
  void take(int number);
  void act(StopFsm::Step step);

  std::mutex mutex_;
  std::condition_variable wake_;
  StopFsm fsm_;  // Guarded by mutex_, as are those below.
  bool reload_ = false;
  std::mutex interrupt_mutex_;
  std::function<void()> interrupt_;  // Guarded by interrupt_mutex_.
  std::atomic<bool> asked_{false};
  std::atomic<bool> ending_{false};
  std::atomic<const char*> waits_for_{"the start"};
  int last_signal_ = 0;  // Watching thread only.
  std::thread thread_;
};

}  // namespace discern::app
