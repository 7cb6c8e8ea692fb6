#include "collect/thread_cpu.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/clock.hpp"
#include "base/thread_name.hpp"
#include "metrics/catalogue.hpp"

namespace discern::collect {
namespace {

using namespace std::chrono_literals;

class ThreadCpuTest : public testing::Test {
 protected:
  double value(const metrics::Descriptor& family, std::string_view label = {}) {
    const auto snapshot = registry_.snapshot(SystemTime(), SteadyTime());
    const metrics::FamilySeries* found = snapshot->find_family(family.name);
    if (found == nullptr) return -1;
    for (const metrics::Series* series : found->series) {
      if (series->key() == label) return snapshot->value(*series);
    }
    return -1;
  }
  static constexpr std::string_view kNames[] = {"main", "gateway"};
  metrics::Registry registry_{SystemTime()};
  ThreadCpu cpu_{registry_, kNames};
};

TEST_F(ThreadCpuTest, EveryPartIsAccountedForOnceAndAllAddUp) {
  const std::vector<ThreadTime> first{
      {1, "discern", 2s}, {2, "gateway", 3s}, {3, "p:burner", 5s}, {4, "worker", 1s}};
  cpu_.update(12s, 5s, first, 1);
  EXPECT_EQ(value(metrics::catalogue::kHostCpu, "main"), 2);
  EXPECT_EQ(value(metrics::catalogue::kHostCpu, "gateway"), 3);
  EXPECT_EQ(value(metrics::catalogue::kUnattributedCpu), 2) << "the worker, and one that ended";
  // The gateway's thread ends, another one takes its number, and nothing is counted twice.
  const std::vector<ThreadTime> second{{1, "discern", 3s}, {2, "gateway", 1s}};
  cpu_.update(16s, 6s, second, 1);
  EXPECT_EQ(value(metrics::catalogue::kHostCpu, "gateway"), 4);
  EXPECT_EQ(value(metrics::catalogue::kUnattributedCpu), 3);
}

TEST_F(ThreadCpuTest, TheRestNeverFalls) {
  const std::vector<ThreadTime> threads{{.id = 7, .name = "a plugin's own", .cpu = 1s}};
  cpu_.update(10s, 6s, threads, 1);
  cpu_.update(11s, 8s, threads, 1);
  EXPECT_EQ(value(metrics::catalogue::kUnattributedCpu), 4);
  cpu_.update(15s, 9s, threads, 1);
  EXPECT_EQ(value(metrics::catalogue::kUnattributedCpu), 6);
}

TEST_F(ThreadCpuTest, WithoutAListOfThreadsNothingIsAttributed) {
  cpu_.update(10s, 6s, {}, 1);
  EXPECT_EQ(value(metrics::catalogue::kUnattributedCpu), -1);
}

TEST(ReadThreadTimes, SeesTheWorkOfEveryThreadOfThisProcess) {
  std::atomic<bool> stop{false};
  std::atomic<bool> named{false};
  std::thread burner([&] {
    set_thread_name("burner");
    named = true;
    while (!stop) {
    }
  });
  while (!named) std::this_thread::yield();
  std::chrono::nanoseconds seen{};
  while (seen < 20ms) {
    std::chrono::nanoseconds sum{};
    for (const ThreadTime& thread : read_thread_times()) {
      sum += thread.cpu;
      if (thread.name == "burner") seen = thread.cpu;
    }
    EXPECT_LE(sum, process_cpu_time()) << "the process's clock is read last";
  }
  stop = true;
  burner.join();
}

}  // namespace
}  // namespace discern::collect
