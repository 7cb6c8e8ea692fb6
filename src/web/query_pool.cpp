#include "web/query_pool.hpp"

#include "base/log.hpp"
#include "base/system_limits.hpp"
#include "base/thread.hpp"

namespace discern::web {
namespace {

void call(const QueryPool::Job& job, Result<history::Reader*> reader) {
  // The job holds a responder, which answers 500 when it goes away unused.
  try {
    job(std::move(reader));
  } catch (const std::exception&) {
    note_exception("a query");
  }
}

}  // namespace

QueryPool::QueryPool(unsigned threads, MakeReader make) : make_(std::move(make)) {
  threads_.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) {
    auto thread = start_thread("query", [this] { run(); });
    if (thread) {
      threads_.push_back(*std::move(thread));
    } else if (threads_.empty()) {
      throw SystemRefused(thread.error().text);
    } else {
      log::warn("web", "only {} of {} queries run at once: {}", i, threads, thread.error().text);
      break;
    }
  }
}

QueryPool::~QueryPool() {
  stop();
}

void QueryPool::stop() {
  std::deque<Waiting> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(waiting_);
    for (history::Reader* reader : readers_) reader->interrupt();
  }
  wake_.notify_all();
  for (const Waiting& one : dropped) call(one.job, Error(Errc::Closed, "Discern is stopping."));
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

Result<void> QueryPool::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      if (waiting_.size() >= kMostWaiting) {
        return Error(Errc::Limit, "Too many queries are waiting; try again in a moment.");
      }
      waiting_.push_back({std::move(job), std::chrono::steady_clock::now()});
      wake_.notify_one();
      return {};
    }
  }
  call(job, Error(Errc::Closed, "Discern is stopping."));
  return {};
}

// A reader that comes when stop() has been through is interrupted here.
void QueryPool::add(history::Reader& reader) {
  const std::lock_guard lock(mutex_);
  readers_.push_back(&reader);
  if (stopping_) reader.interrupt();
}

void QueryPool::run() {
  std::unique_ptr<history::Reader> reader;
  // Also when something throws: nobody interrupts a reader that is gone.
  struct Forget {
    QueryPool& pool;
    std::unique_ptr<history::Reader>& reader;
    ~Forget() {
      const std::lock_guard lock(pool.mutex_);
      std::erase(pool.readers_, reader.get());
    }
  } const forget{*this, reader};
  for (;;) {
    Waiting next;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    serve(reader, std::move(next));
  }
}

// The job's responder goes with it, outside of the lock.
void QueryPool::serve(std::unique_ptr<history::Reader>& reader, Waiting next) {
  if (std::chrono::steady_clock::now() - next.since > kLongestWait) {
    call(next.job, Error(Errc::Timeout, "Too many queries are waiting; try again in a moment."));
  } else if (reader) {
    call(next.job, reader.get());
  } else if (!make_) {
    call(next.job, Error(Errc::Unavailable, "No history is kept, so there is none to show."));
  } else if (Result<std::unique_ptr<history::Reader>> made = make_(); made) {
    reader = *std::move(made);
    add(*reader);
    call(next.job, reader.get());
  } else {
    call(next.job, std::move(made).error());
  }
}

}  // namespace discern::web
