#pragma once

// Threads that may block on the disk: reads of history for the web thread.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "history/query.hpp"

namespace discern::web {

using MakeReader = std::function<Result<std::unique_ptr<history::Reader>>()>;

// Bounded: a job that finds no room is refused, and one that waited too long is not begun.
class QueryPool {
 public:
  static constexpr std::size_t kMostWaiting = 32;
  static constexpr std::chrono::seconds kLongestWait{5};

  // `make` (may be empty) is called on each thread before its first job that wants a reader.
  // Throws SystemRefused if the system refuses even one thread.
  QueryPool(unsigned threads, MakeReader make);
  // Stops.
  ~QueryPool();

  // With the thread's reader, or why there is none: Unavailable (no history), Timeout (waited too
  // long), Closed, or what `make` said.
  using Job = std::function<void(Result<history::Reader*>)>;
  // Errors: Limit (too many are waiting).
  Result<void> submit(Job job);

  // Interrupts the queries under way, calls the waiting jobs with Closed and ends the threads. Jobs
  // submitted afterwards are called at once with Closed.
  void stop();

 private:
  struct Waiting {
    Job job;
    SteadyTime since;
  };
  void run();
  void serve(std::unique_ptr<history::Reader>& reader, Waiting next);
  void add(history::Reader& reader);

  const MakeReader make_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> waiting_;  // Guarded by mutex_.
  bool stopping_ = false;        // Guarded by mutex_.
  // Of the threads that have one; guarded by mutex_.
  std::vector<history::Reader*> readers_;
  std::vector<std::thread> threads_;
};

}  // namespace discern::web
