#include "base/output.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <utility>

#include "base/system_limits.hpp"
#include "base/thread_name.hpp"

namespace discern::output {
namespace {

using std::chrono::milliseconds;

// A pipe that is ready takes this much without waiting (PIPE_BUF).
constexpr std::size_t kPiece = 4096;
constexpr std::size_t kBatchBytes = 64 * 1024;

int descriptor_of(Stream stream) {
  return stream == Stream::Out ? STDOUT_FILENO : STDERR_FILENO;
}

struct Item {
  Stream stream;
  std::string text;
};

enum class Mode { Direct, Thread, NoThread };

struct State {
  std::mutex mutex;
  std::condition_variable wake;
  // All below are guarded by mutex.
  std::deque<Item> waiting;
  std::size_t waiting_bytes = 0;
  std::uint64_t untold = 0;  // Lost lines that no line told of yet.
  int write_error = 0;       // Why the last ones were lost; 0: the reader stood still.
  TellLoss tell = nullptr;
};

// Never destroyed: threads print until the process is gone.
State& state() {
  static State* const made = new State;
  return *made;
}

std::atomic<Mode> mode{Mode::Direct};
// Read in signal handlers.
std::atomic<std::uint64_t> items_put{0};
std::atomic<std::uint64_t> items_done{0};
std::atomic<std::uint64_t> lines_lost{0};

std::int64_t now_ms() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

std::uint64_t lines_in(std::string_view text) {
  const auto ends = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  return std::max<std::uint64_t>(ends, 1);
}

// Waits as long as it takes. 0, or why the rest could not be written. Writer thread, or a caller
// that may wait.
int write_all(int fd, std::string_view text, std::size_t& written) {
  written = 0;
  while (written < text.size()) {
    const ssize_t n = ::write(fd, text.data() + written, text.size() - written);
    if (n > 0) {
      written += static_cast<std::size_t>(n);
    } else if (n == 0) {
      return EIO;
    } else if (errno == EAGAIN) {
      // Somebody else who has this descriptor switched waiting off.
      pollfd ready{fd, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

// With the mutex held.
void count_lost(State& s, std::uint64_t lines, int why) {
  lines_lost.fetch_add(lines, std::memory_order_relaxed);
  s.untold += lines;
  s.write_error = why;
}

void make_room(State& s, std::size_t bytes) {
  while (!s.waiting.empty() &&
         (s.waiting.size() >= kMostLines || s.waiting_bytes + bytes > kMostBytes)) {
    count_lost(s, lines_in(s.waiting.front().text), 0);
    s.waiting_bytes -= s.waiting.front().text.size();
    s.waiting.pop_front();
    items_done.fetch_add(1, std::memory_order_release);
  }
}

std::string loss_line(TellLoss tell, std::uint64_t lines, int why) {
  if (tell == nullptr) return {};
  if (why == 0) return tell(lines, "the reader of stderr stood still");
  return tell(lines, std::string("stderr could not be written: ") + std::strerror(why));
}

// What the writer takes at once: lines of one stream, in the order in which they came.
struct Batch {
  Stream stream = Stream::Err;
  std::string text;
  std::uint64_t items = 0;
  std::uint64_t untold = 0;
  int why = 0;
};

void take(State& s, Batch& batch) {
  batch.stream = s.waiting.front().stream;
  if (batch.stream == Stream::Err) {
    batch.untold = std::exchange(s.untold, 0);
    batch.why = s.write_error;
  }
  while (!s.waiting.empty() && s.waiting.front().stream == batch.stream &&
         (batch.items == 0 || batch.text.size() < kBatchBytes)) {
    Item& next = s.waiting.front();
    s.waiting_bytes -= next.text.size();
    // Without memory for a copy, the first line goes alone.
    if (batch.items == 0) {
      batch.text = std::move(next.text);
    } else {
      batch.text.append(next.text);
    }
    s.waiting.pop_front();
    ++batch.items;
  }
}

void write_batch(State& s, Batch& batch, bool& inside_line) {
  int error = 0;
  std::size_t written = 0;
  if (batch.untold > 0) {
    const std::string told = loss_line(s.tell, batch.untold, batch.why);
    error = write_all(STDERR_FILENO, told, written);
    if (error == 0) batch.untold = 0;
  }
  written = 0;
  // The end of a line that was cut by an error.
  if (error == 0 && inside_line && batch.stream == Stream::Err) {
    error = write_all(STDERR_FILENO, "\n", written);
    inside_line = error != 0;
    written = 0;
  }
  if (error == 0) error = write_all(descriptor_of(batch.stream), batch.text, written);
  if (error == 0) return;
  const std::string_view left = std::string_view(batch.text).substr(written);
  if (batch.stream == Stream::Err && written > 0 && batch.text[written - 1] != '\n') {
    inside_line = true;
  }
  const std::lock_guard lock(s.mutex);
  s.untold += batch.untold;
  count_lost(s, lines_in(left), error);
}

void* run_writer(void*) {
  set_thread_name("log");
  State& s = state();
  bool inside_line = false;
  for (;;) {
    Batch batch;
    try {
      {
        std::unique_lock lock(s.mutex);
        s.wake.wait(lock, [&] { return !s.waiting.empty(); });
        take(s, batch);
      }
      write_batch(s, batch, inside_line);
    } catch (const std::exception&) {
      // No memory: what this batch still held is lost, and that is counted.
      lines_lost.fetch_add(batch.items, std::memory_order_relaxed);
    }
    items_done.fetch_add(batch.items, std::memory_order_release);
  }
  return nullptr;
}

void put_directly(State& s, Stream stream, std::string_view text) {
  std::size_t written = 0;
  if (mode.load(std::memory_order_relaxed) == Mode::Direct) {
    // Of tools, whose callers wait for them anyway.
    if (write_all(descriptor_of(stream), text, written) == 0) return;
  } else {
    const std::lock_guard lock(s.mutex);
    written = write_within(descriptor_of(stream), text, milliseconds(0));
    if (written == text.size()) return;
  }
  lines_lost.fetch_add(lines_in(text.substr(written)), std::memory_order_relaxed);
}

}  // namespace

Result<void> start(TellLoss tell) {
  if (mode.load() == Mode::Thread) return {};
  State& s = state();
  {
    const std::lock_guard lock(s.mutex);
    s.tell = tell;
  }
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // Signals are somebody else's business.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  for (const int fatal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) ::sigdelset(&all, fatal);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread{};
  const int error = ::pthread_create(&thread, &attributes, &run_writer, nullptr);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::pthread_attr_destroy(&attributes);
  mode = error == 0 ? Mode::Thread : Mode::NoThread;
  if (error != 0) return Error(Errc::Limit, refusal_text("start the thread of the log", error));
  return {};
}

void put(Stream stream, std::string text) noexcept {
  if (text.empty()) return;
  try {
    State& s = state();
    if (mode.load(std::memory_order_relaxed) != Mode::Thread) return put_directly(s, stream, text);
    const std::lock_guard lock(s.mutex);
    make_room(s, text.size());
    const std::size_t bytes = text.size();
    s.waiting.push_back({stream, std::move(text)});
    s.waiting_bytes += bytes;
    items_put.fetch_add(1, std::memory_order_release);
    s.wake.notify_one();
  } catch (const std::exception&) {
    note_lost(1);
  }
}

std::uint64_t lost() noexcept {
  return lines_lost.load(std::memory_order_relaxed);
}

void note_lost(std::uint64_t lines) noexcept {
  lines_lost.fetch_add(lines, std::memory_order_relaxed);
}

bool flush(milliseconds limit) noexcept {
  const std::uint64_t wanted = items_put.load(std::memory_order_acquire);
  const std::int64_t end = now_ms() + limit.count();
  while (items_done.load(std::memory_order_acquire) < wanted) {
    if (now_ms() >= end) return false;
    const timespec pause{0, 2'000'000};
    ::nanosleep(&pause, nullptr);
  }
  return true;
}

std::size_t write_within(int fd, std::string_view text, milliseconds limit) noexcept {
  const std::int64_t end = now_ms() + limit.count();
  std::size_t written = 0;
  while (written < text.size()) {
    pollfd ready{fd, POLLOUT, 0};
    const std::int64_t left = std::max<std::int64_t>(end - now_ms(), 0);
    const int polled = ::poll(&ready, 1, static_cast<int>(left));
    if (polled < 0 && errno == EINTR) continue;
    if (polled <= 0 || (ready.revents & POLLOUT) == 0) break;
    const std::size_t piece = std::min(text.size() - written, kPiece);
    const ssize_t n = ::write(fd, text.data() + written, piece);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    written += static_cast<std::size_t>(n);
  }
  return written;
}

}  // namespace discern::output
