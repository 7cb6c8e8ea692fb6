#include "collect/thread_cpu.hpp"

#include <time.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include "base/folder.hpp"
#include "metrics/catalogue.hpp"

namespace discern::collect {
namespace {

// The clock of any thread of this process, as the kernel numbers them (see clock_getcpuclockid(3),
// which does the same for processes): to the nanosecond, where /proc has hundredths of a second.
clockid_t clock_of(pid_t thread) {
  constexpr unsigned kPerThread = 4;
  constexpr unsigned kScheduler = 2;
  return static_cast<clockid_t>((~static_cast<unsigned>(thread) << 3) | kPerThread | kScheduler);
}

std::chrono::nanoseconds read_clock(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

std::chrono::nanoseconds process_cpu_time() {
  return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

std::vector<ThreadTime> read_thread_times() {
  std::vector<ThreadTime> threads;
  const Result<std::vector<std::string>> numbers = read_folder("/proc/self/task");
  if (!numbers) return threads;
  for (const std::string& number : numbers.value()) {
    ThreadTime thread;
    std::from_chars(number.data(), number.data() + number.size(), thread.id);
    thread.cpu = read_clock(clock_of(thread.id));
    // It may have ended since the folder was read.
    if (thread.cpu.count() == 0) continue;
    std::ifstream name("/proc/self/task/" + number + "/comm");
    std::getline(name, thread.name);
    threads.push_back(std::move(thread));
  }
  return threads;
}

ThreadCpu::ThreadCpu(metrics::Registry& registry, std::span<const std::string_view> host_threads)
    : host_threads_(host_threads.begin(), host_threads.end()),
      loops_(registry.counters(metrics::catalogue::kHostCpu)),
      registry_(registry) {}

void ThreadCpu::update(std::chrono::nanoseconds process,
                       std::chrono::nanoseconds plugins,
                       std::span<const ThreadTime> threads,
                       pid_t main_thread) {
  // Without a list of threads (a hidden /proc) nothing can be told apart.
  if (threads.empty()) return;
  if (!unattributed_) unattributed_ = registry_.counter(metrics::catalogue::kUnattributedCpu);
  std::map<pid_t, Seen> now;
  for (const ThreadTime& thread : threads) {
    const std::string& name = thread.id == main_thread ? "main" : thread.name;
    if (std::find(host_threads_.begin(), host_threads_.end(), name) == host_threads_.end()) {
      continue;
    }
    std::chrono::nanoseconds before{};
    // A thread that got the number of one that ended begins again.
    if (const auto old = seen_.find(thread.id);
        old != seen_.end() && old->second.loop == name && old->second.cpu <= thread.cpu) {
      before = old->second.cpu;
    }
    loops_.with(name).add(thread.cpu - before);
    host_ += thread.cpu - before;
    now[thread.id] = {name, thread.cpu};
  }
  seen_.swap(now);
  // The clocks were read one after the other, so the rest may seem to shrink for a moment.
  const std::chrono::nanoseconds rest = process - plugins - host_;
  if (rest <= published_) return;
  unattributed_->add(rest - published_);
  published_ = rest;
}

}  // namespace discern::collect
