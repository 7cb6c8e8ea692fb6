#include "app/stop_fsm.hpp"

#include <gtest/gtest.h>

namespace discern::app {
namespace {

using namespace std::chrono_literals;
using Step = StopFsm::Step;

TEST(StopFsm, SignalsThatComeTogetherAreOneWish) {
  StopFsm fsm{StopLimits{}};
  fsm.on_started(SteadyTime(0ms));
  EXPECT_EQ(fsm.on_signal(SteadyTime(100ms)), Step::Begin);
  EXPECT_EQ(fsm.on_signal(SteadyTime(100ms)), Step::Nothing);
  EXPECT_EQ(fsm.on_signal(SteadyTime(599ms)), Step::Nothing);
  fsm.on_saved();
  EXPECT_EQ(fsm.check(SteadyTime(5000ms)), Step::Nothing);
}

TEST(StopFsm, ASecondWishEndsTheProgramWhenWhatCountsIsSaved) {
  StopFsm fsm{StopLimits{}};
  fsm.on_started(SteadyTime(0ms));
  EXPECT_EQ(fsm.on_signal(SteadyTime(0ms)), Step::Begin);
  EXPECT_EQ(fsm.on_signal(SteadyTime(700ms)), Step::Nothing);
  EXPECT_EQ(fsm.check(SteadyTime(800ms)), Step::Nothing);
  fsm.on_saved();
  EXPECT_EQ(fsm.check(SteadyTime(900ms)), Step::EndAtOnce);
}

TEST(StopFsm, ADiskThatStandsStillHoldsTheSecondWishUpForTwoSeconds) {
  StopFsm fsm{StopLimits{}};
  fsm.on_started(SteadyTime(0ms));
  EXPECT_EQ(fsm.on_signal(SteadyTime(0ms)), Step::Begin);
  EXPECT_EQ(fsm.on_signal(SteadyTime(1000ms)), Step::Nothing);
  EXPECT_EQ(fsm.check(SteadyTime(2999ms)), Step::Nothing);
  EXPECT_EQ(fsm.check(SteadyTime(3000ms)), Step::EndAtOnce);
}

TEST(StopFsm, AStopThatDoesNotEndIsGivenUp) {
  StopFsm fsm{StopLimits{}};
  fsm.on_started(SteadyTime(0ms));
  EXPECT_EQ(fsm.on_signal(SteadyTime(0ms)), Step::Begin);
  EXPECT_EQ(fsm.check(SteadyTime(7999ms)), Step::Nothing);
  EXPECT_EQ(fsm.check(SteadyTime(8000ms)), Step::GiveUp);
}

TEST(StopFsm, WhileStartingThereIsNothingToWaitFor) {
  StopFsm fsm{StopLimits{}};
  EXPECT_EQ(fsm.check(SteadyTime(60000ms)), Step::Nothing);
  EXPECT_EQ(fsm.on_signal(SteadyTime(60000ms)), Step::Begin);
  EXPECT_EQ(fsm.check(SteadyTime(61999ms)), Step::Nothing);
  EXPECT_EQ(fsm.check(SteadyTime(62000ms)), Step::GiveUp);
  EXPECT_EQ(fsm.on_signal(SteadyTime(60600ms)), Step::EndAtOnce);
}

TEST(StopFsm, AStartThatEndsAfterTheWishHasTheWholeTimeToStop) {
  StopFsm fsm{StopLimits{}};
  EXPECT_EQ(fsm.on_signal(SteadyTime(0ms)), Step::Begin);
  fsm.on_started(SteadyTime(1900ms));
  EXPECT_EQ(fsm.check(SteadyTime(9899ms)), Step::Nothing);
  EXPECT_EQ(fsm.check(SteadyTime(9900ms)), Step::GiveUp);
}

}  // namespace
}  // namespace discern::app
