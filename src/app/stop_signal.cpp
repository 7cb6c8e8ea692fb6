#include "app/stop_signal.hpp"

#include <signal.h>

namespace discern::app {
namespace {

sigset_t stop_wishes() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGINT);
  ::sigaddset(&set, SIGTERM);
  return set;
}

sigset_t wishes() {
  sigset_t set = stop_wishes();
  ::sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = wishes();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  // A limit on the size of files (ulimit -f) fails the write that meets it, and nothing else.
  ::signal(SIGXFSZ, SIG_IGN);
}

Wish wait_for_wish() {
  const sigset_t set = wishes();
  int number = 0;
  while (::sigwait(&set, &number) != 0) {
  }
  return number == SIGHUP ? Wish::Reload : Wish::Stop;
}

void allow_second_signal() {
  // SIGHUP stays blocked: a reload that comes too late must not cut the stop short.
  const sigset_t set = stop_wishes();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace discern::app
