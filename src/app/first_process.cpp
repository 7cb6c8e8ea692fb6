#include "app/first_process.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace discern::app {
namespace {

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Collects every process that has ended. Returns true, with its status, if `host` was one of them.
bool collect_ended(pid_t host, int& status) {
  bool host_ended = false;
  for (;;) {
    int ended_with = 0;
    const pid_t pid = ::waitpid(-1, &ended_with, WNOHANG);
    if (pid <= 0) return host_ended;
    if (pid == host) {
      host_ended = true;
      status = ended_with;
    }
  }
}

[[noreturn]] void serve_as_init(pid_t host, const sigset_t& waited_for) {
  for (;;) {
    siginfo_t info{};
    const int signal = ::sigwaitinfo(&waited_for, &info);
    if (signal < 0) continue;
    if (signal == SIGCHLD) {
      int status = 0;
      if (collect_ended(host, status)) ::_exit(exit_code_of(status));
    } else if (info.si_code != SI_KERNEL) {
      // What the terminal's driver sends (Ctrl-C) has reached the host already: both are in one
      // process group.
      ::kill(host, signal);
    }
  }
}

}  // namespace

void split_off_first_process() {
  if (::getpid() != 1) return;
  sigset_t passed_on;
  sigset_t before;
  ::sigfillset(&passed_on);
  ::sigprocmask(SIG_SETMASK, &passed_on, &before);
  const pid_t host = ::fork();
  if (host < 0) {
    fmt::print(stderr,
               "discern: cannot fork as process 1 ({}): ended orphans stay as zombies\n",
               std::strerror(errno));
  }
  if (host > 0) serve_as_init(host, passed_on);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace discern::app
