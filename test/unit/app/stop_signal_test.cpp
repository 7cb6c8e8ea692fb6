#include "app/stop_signal.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace discern::app {
namespace {

// What a signal does to a process that is stopping.
[[noreturn]] void stop_and_get(int number) {
  block_signals();
  allow_second_signal();
  ::raise(number);
  ::_exit(0);
}

TEST(StopSignal, AReloadDuringTheStopDoesNotEndTheProcess) {
  EXPECT_EXIT(stop_and_get(SIGHUP), testing::ExitedWithCode(0), "");
}

TEST(StopSignal, ASecondStopEndsItAtOnce) {
  EXPECT_EXIT(stop_and_get(SIGTERM), testing::KilledBySignal(SIGTERM), "");
  EXPECT_EXIT(stop_and_get(SIGINT), testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace discern::app
