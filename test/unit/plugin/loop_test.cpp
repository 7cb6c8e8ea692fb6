#include "plugin/loop.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <vector>

namespace discern::plugin {
namespace {

using namespace std::chrono_literals;

struct Running {
  explicit Running(std::size_t limit = 100) : loop(clock, limit) {
    thread = std::thread([this] {
      loop.run([this](Work& work, SteadyTime) {
        work.run();
        return clock.steady_now();
      });
    });
  }
  ~Running() {
    loop.close();
    thread.join();
  }
  // Returns when everything posted before has run.
  void flush() {
    std::mutex mutex;
    std::condition_variable wake;
    bool done = false;
    Work work;
    work.run = [&] {
      const std::lock_guard lock(mutex);
      done = true;
      wake.notify_one();
    };
    loop.post(std::move(work));
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return done; });
  }
  void advance(std::chrono::nanoseconds by) {
    clock.advance(by);
    loop.poke();
    flush();
    // A timer and a work take turns: what fell due has run once a second work has.
    flush();
  }
  static Work work(std::function<void()> run) {
    Work made;
    made.run = std::move(run);
    return made;
  }

  ManualClock clock;
  Loop loop;
  std::thread thread;
};

TEST(Loop, RunsWorkInOrder) {
  Running running;
  std::vector<int> order;
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(running.loop.try_post(Running::work([&order, i] { order.push_back(i); })));
  running.flush();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(Loop, RefusesWorkBeyondItsLimitButNeverHousekeeping) {
  ManualClock clock;
  Loop loop(clock, 2);  // Nobody runs it.
  EXPECT_TRUE(loop.try_post(Running::work([] {})));
  EXPECT_TRUE(loop.try_post(Running::work([] {})));
  EXPECT_FALSE(loop.try_post(Running::work([] {})));
  EXPECT_TRUE(loop.post(Running::work([] {})));
  EXPECT_EQ(loop.depth(), 3u);
  loop.close();
  EXPECT_FALSE(loop.post(Running::work([] {})));
  EXPECT_EQ(loop.depth(), 0u);
  EXPECT_EQ(loop.start_timer(1s, {}, Running::work([] {})), 0u);
}

// Hangs when it does not.
TEST(Loop, RunsHeldBackWorkAtAPokeAndWhenHalfFull) {
  Running running(4);
  std::promise<void> poked;
  ASSERT_TRUE(running.loop.try_post(Running::work([&] { poked.set_value(); }), Wake::Later));
  running.loop.poke();
  poked.get_future().wait();
  std::promise<void> half_full;
  ASSERT_TRUE(running.loop.try_post(Running::work([] {}), Wake::Later));
  ASSERT_TRUE(running.loop.try_post(Running::work([&] { half_full.set_value(); }), Wake::Later));
  half_full.get_future().wait();
}

TEST(Loop, RunsATimerWhenItFallsDueAndNotBefore) {
  Running running;
  int runs = 0;
  running.loop.start_timer(5s, {}, Running::work([&] { ++runs; }));
  running.advance(4s);
  EXPECT_EQ(runs, 0);
  running.advance(1s);
  EXPECT_EQ(runs, 1);
  running.advance(100s);
  EXPECT_EQ(runs, 1);
}

TEST(Loop, RepeatsATimerAndSkipsWhatItMissed) {
  Running running;
  int runs = 0;
  const std::uint64_t timer = running.loop.start_timer(10s, 10s, Running::work([&] { ++runs; }));
  running.advance(10s);
  EXPECT_EQ(runs, 1);
  running.advance(35s);
  EXPECT_EQ(runs, 2);
  running.advance(5s);
  EXPECT_EQ(runs, 3);
  running.loop.stop_timer(timer);
  running.advance(100s);
  EXPECT_EQ(runs, 3);
}

TEST(Loop, CanStopATimerFromInsideIt) {
  Running running;
  int runs = 0;
  std::uint64_t timer = 0;
  timer = running.loop.start_timer(1s, 1s, Running::work([&] {
                                     ++runs;
                                     running.loop.stop_timer(timer);
                                   }));
  running.advance(1s);
  running.advance(1s);
  running.advance(1s);
  EXPECT_EQ(runs, 1);
}

TEST(Loop, ForgetsAStoppedTimerAtOnce) {
  ManualClock clock;
  Loop loop(clock, 10);
  for (int i = 0; i < 1000; ++i) loop.stop_timer(loop.start_timer(24h, {}, Running::work([] {})));
  EXPECT_EQ(loop.timers(), 0u);
  const std::uint64_t kept = loop.start_timer(1s, 1s, Running::work([] {}));
  EXPECT_EQ(loop.timers(), 1u);
  loop.stop_timer(kept);
  loop.stop_timer(kept);
  EXPECT_EQ(loop.timers(), 0u);
}

TEST(Loop, StopsATimerThatWasSetAgain) {
  Running running;
  int runs = 0;
  const std::uint64_t timer = running.loop.start_timer(1s, 1s, Running::work([&] { ++runs; }));
  running.advance(1s);
  running.loop.stop_timer(timer);
  EXPECT_EQ(running.loop.timers(), 0u);
  running.advance(5s);
  EXPECT_EQ(runs, 1);
}

TEST(Loop, TellsWhenWorkWasPosted) {
  ManualClock clock;
  Loop loop(clock, 10);
  ASSERT_TRUE(loop.try_post(Running::work([] {})));
  const SteadyTime posted = clock.steady_now();
  clock.advance(3s);
  SteadyTime due;
  SteadyTime began;
  loop.run([&](Work& work, SteadyTime now) {
    due = work.due;
    began = now;
    loop.close();
    return now;
  });
  EXPECT_EQ(due, posted);
  EXPECT_EQ(began - due, 3s);
}

}  // namespace
}  // namespace discern::plugin
