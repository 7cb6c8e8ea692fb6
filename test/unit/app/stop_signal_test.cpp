#include "app/stop_signal.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace discern::app {
namespace {

using namespace std::chrono_literals;

// Every wish counts at once, and a stop is never given up.
constexpr StopLimits kQuick{.grace = 0ms, .save = 1h, .starting = 1h, .running = 1h};

// Ends with 0 when a reload and a stop arrived as such.
[[noreturn]] void hear_wishes() {
  block_signals();
  const auto watch = SignalWatch::start();
  if (!watch) ::_exit(1);
  ::kill(::getpid(), SIGHUP);
  if ((*watch)->wait() != Wish::Reload) ::_exit(2);
  ::kill(::getpid(), SIGTERM);
  if ((*watch)->wait() != Wish::Stop) ::_exit(3);
  ::_exit(0);
}

// What a second wish does to a process that is stopping.
[[noreturn]] void stop_twice(int number) {
  block_signals();
  const auto watch = SignalWatch::start(kQuick);
  if (!watch) ::_exit(1);
  (*watch)->started();
  ::kill(::getpid(), SIGTERM);
  (*watch)->wait();
  (*watch)->saved();
  ::kill(::getpid(), number);
  for (;;) ::pause();
}

[[noreturn]] void interrupt_the_start() {
  block_signals();
  const auto watch = SignalWatch::start();
  if (!watch) ::_exit(1);
  std::atomic<bool> interrupted{false};
  (*watch)->on_stop([&] { interrupted = true; });
  ::kill(::getpid(), SIGINT);
  (*watch)->wait();
  while (!interrupted) ::usleep(1000);
  ::_exit((*watch)->stop_asked() ? 0 : 2);
}

[[noreturn]] void stop_a_start_that_hangs() {
  block_signals();
  const auto watch = SignalWatch::start({.starting = 1ms});
  if (!watch) ::_exit(1);
  (*watch)->waits_for("the database");
  ::kill(::getpid(), SIGTERM);
  for (;;) ::pause();
}

TEST(StopSignal, AReloadIsNoStop) {
  EXPECT_EXIT(hear_wishes(), testing::ExitedWithCode(0), "");
}

TEST(StopSignal, ASecondStopEndsItWhenWhatCountsIsSaved) {
  EXPECT_EXIT(stop_twice(SIGTERM), testing::KilledBySignal(SIGTERM), "");
  EXPECT_EXIT(stop_twice(SIGINT), testing::KilledBySignal(SIGINT), "a second signal");
}

TEST(StopSignal, AStopIsHeardWhileStarting) {
  EXPECT_EXIT(interrupt_the_start(), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(stop_a_start_that_hangs(),
              testing::ExitedWithCode(0),
              "stopped while starting, without waiting for the database");
}

}  // namespace
}  // namespace discern::app
