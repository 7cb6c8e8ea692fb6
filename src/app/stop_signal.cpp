#include "app/stop_signal.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "app/command_line.hpp"
#include "base/log.hpp"
#include "base/output.hpp"
#include "base/thread.hpp"

namespace discern::app {
namespace {

// How often a stop that is under way is looked at.
constexpr long kLookEveryNs = 20'000'000;
constexpr std::chrono::seconds kFlushLimit{1};

sigset_t wishes() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGINT);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGHUP);
  return set;
}

SteadyTime steady_now() {
  return std::chrono::steady_clock::now();
}

// As if it had never been caught, so that whoever waits for the process sees why it ended.
[[noreturn]] void end_by(int number) {
  output::flush(kFlushLimit);
  ::signal(number, SIG_DFL);
  sigset_t only;
  ::sigemptyset(&only);
  ::sigaddset(&only, number);
  ::kill(::getpid(), number);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  ::_exit(kExitFailed);
}

}  // namespace

void block_signals() {
  const sigset_t set = wishes();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  // A limit on the size of files (ulimit -f) fails the write that meets it, and nothing else.
  ::signal(SIGXFSZ, SIG_IGN);
}

void end_program(int code) {
  output::flush(kFlushLimit);
  ::_exit(code);
}

Result<std::unique_ptr<SignalWatch>> SignalWatch::start(StopLimits limits) {
  std::unique_ptr<SignalWatch> watch(new SignalWatch(limits));
  auto thread = start_thread("signals", [raw = watch.get()] { raw->run(); });
  if (!thread) return std::move(thread).error();
  watch->thread_ = *std::move(thread);
  return watch;
}

SignalWatch::~SignalWatch() {
  ending_ = true;
  if (!thread_.joinable()) return;
  // Wakes the thread: the signal is blocked, so that only its wait takes it.
  ::pthread_kill(thread_.native_handle(), SIGHUP);
  thread_.join();
}

Wish SignalWatch::wait() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return reload_ || fsm_.asked(); });
  if (fsm_.asked()) return Wish::Stop;
  reload_ = false;
  return Wish::Reload;
}

void SignalWatch::on_stop(std::function<void()> interrupt) {
  const std::lock_guard lock(interrupt_mutex_);
  interrupt_ = std::move(interrupt);
  if (asked_ && interrupt_) interrupt_();
}

void SignalWatch::started() {
  const std::lock_guard lock(mutex_);
  fsm_.on_started(steady_now());
}

void SignalWatch::saved() {
  const std::lock_guard lock(mutex_);
  fsm_.on_saved();
}

void SignalWatch::run() {
  const sigset_t set = wishes();
  const timespec look{0, kLookEveryNs};
  while (!ending_) {
    const int number = asked_ ? ::sigtimedwait(&set, nullptr, &look) : ::sigwaitinfo(&set, nullptr);
    if (ending_) return;
    take(number);
  }
}

void SignalWatch::take(int number) {
  StopFsm::Step step = StopFsm::Step::Nothing;
  {
    const std::lock_guard lock(mutex_);
    if (number == SIGHUP) {
      reload_ = true;
    } else if (number > 0) {
      last_signal_ = number;
      step = fsm_.on_signal(steady_now());
    } else {
      step = fsm_.check(steady_now());
    }
    if (step == StopFsm::Step::Begin) asked_ = true;
  }
  wake_.notify_all();
  act(step);
}

void SignalWatch::act(StopFsm::Step step) {
  if (step == StopFsm::Step::Nothing) return;
  if (step == StopFsm::Step::Begin) {
    const std::lock_guard lock(interrupt_mutex_);
    if (interrupt_) interrupt_();
    return;
  }
  const char* what = waits_for_;
  if (step == StopFsm::Step::EndAtOnce) {
    log::warn("app", "a second signal: ends at once, without waiting for {}", what);
    end_by(last_signal_);
  }
  bool started = false;
  {
    const std::lock_guard lock(mutex_);
    started = fsm_.started();
  }
  if (!started) {
    log::warn("app", "stopped while starting, without waiting for {}", what);
    end_program(kExitFine);
  }
  log::error("app", "the stop takes too long: ends without waiting for {}", what);
  end_program(kExitFailed);
}

}  // namespace discern::app
