#pragma once

// Whose processor time it is: the host's own threads by name, the plugins' threads, and the rest,
// so that all of it adds up to the process.

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/registry.hpp"

namespace discern::collect {

// Of all threads, ended ones included; finer than the clock ticks of /proc.
std::chrono::nanoseconds process_cpu_time();

struct ThreadTime {
  pid_t id = 0;
  std::string name;
  std::chrono::nanoseconds cpu{};
};
// The threads of this process that live now.
std::vector<ThreadTime> read_thread_times();

// Divides the time of the process. Pure but for its counters; one thread.
class ThreadCpu {
 public:
  // `host_threads` are the names that threads of the host itself have; the main thread is one of
  // them, as "main".
  ThreadCpu(metrics::Registry& registry, std::span<const std::string_view> host_threads);

  // `plugins` is the time of all threads that plugins were given, ended ones included. What is
  // neither theirs nor the host's is unattributed: threads that a plugin or a library made.
  void update(std::chrono::nanoseconds process,
              std::chrono::nanoseconds plugins,
              std::span<const ThreadTime> threads,
              pid_t main_thread);

 private:
  struct Seen {
    std::string loop;
    std::chrono::nanoseconds cpu{};
  };
  const std::vector<std::string_view> host_threads_;
  metrics::Family<metrics::Counter>& loops_;
  metrics::Registry& registry_;
  std::optional<metrics::Counter> unattributed_;  // Once the threads can be listed.
  std::map<pid_t, Seen> seen_;
  std::chrono::nanoseconds host_{};       // Of all the host's threads, ended ones included.
  std::chrono::nanoseconds published_{};  // As unattributed.
};

}  // namespace discern::collect
