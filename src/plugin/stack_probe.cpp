#include "plugin/stack_probe.hpp"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <mutex>

namespace discern::plugin {
namespace {

constexpr long kLongestWaitNs = 200'000'000;

// Signal handlers belong to the process, and so does what they write to.
struct Probe {
  enum Phase { Idle, Asked, Writing, Written };
  std::atomic<int> phase{Idle};
  std::atomic<const ThreadSlot*> meant{nullptr};
  CallStack stack;
  sem_t written;
};
Probe probe;

// Real-time signals are free for the program; the first ones are often taken by libraries.
int probe_signal() {
  return SIGRTMIN + 7;
}

void on_signal(int, siginfo_t*, void* context) {
  const int saved = errno;
  int expected = Probe::Asked;
  if (current_slot != nullptr && current_slot == probe.meant.load() &&
      probe.phase.compare_exchange_strong(expected, Probe::Writing)) {
    collect(probe.stack, context);
    probe.phase = Probe::Written;
    ::sem_post(&probe.written);
  }
  errno = saved;
}

void install() {
  prepare_call_stacks();
  ::sem_init(&probe.written, 0, 0);
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(probe_signal(), &action, nullptr);
}

bool wait_until_written() {
  timespec until{};
  ::clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += kLongestWaitNs;
  until.tv_sec += until.tv_nsec / 1'000'000'000;
  until.tv_nsec %= 1'000'000'000;
  int result = 0;
  do {
    result = ::sem_timedwait(&probe.written, &until);
  } while (result != 0 && errno == EINTR);
  return result == 0;
}

}  // namespace

std::optional<CallStack> take_stack(pid_t thread, const ThreadSlot& slot) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  static std::once_flag installed;
  std::call_once(installed, install);
  probe.meant = &slot;
  probe.phase = Probe::Asked;
  if (::syscall(SYS_tgkill, ::getpid(), thread, probe_signal()) != 0) {
    probe.phase = Probe::Idle;
    return std::nullopt;
  }
  if (!wait_until_written()) {
    // A signal that comes after this finds nobody asking. One that is being answered is awaited.
    int expected = Probe::Asked;
    if (probe.phase.compare_exchange_strong(expected, Probe::Idle)) return std::nullopt;
    while (::sem_wait(&probe.written) != 0) {
    }
  }
  probe.phase = Probe::Idle;
  return probe.stack;
}

}  // namespace discern::plugin
