#include "app/simulator.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <string_view>

extern char** environ;

namespace discern::app {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::string_view kReady = "listening on ";

// Reads until the line that says where it listens. Empty when the child ended or time is up; what
// it said is in `said`.
std::string wait_for_address(int fd, std::chrono::milliseconds patience, std::string& said) {
  const auto deadline = Clock::now() + patience;
  for (;;) {
    const std::size_t at = said.find(kReady);
    const std::size_t end = at == said.npos ? said.npos : said.find('\n', at);
    if (end != said.npos) return said.substr(at + kReady.size(), end - at - kReady.size());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return {};
    pollfd waiting{fd, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return {};
    // Without anything to read, a read would wait for ever.
    if (ready <= 0) continue;
    std::array<char, 512> chunk;
    const ssize_t n = ::read(fd, chunk.data(), chunk.size());
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) return {};
    if (n > 0) said.append(chunk.data(), static_cast<std::size_t>(n));
  }
}

// The simulator gets only what a program needs to run. A token, a password or a path to one may
// stand in any other variable, and a child's environment can be read as long as it lives.
bool is_for_children(std::string_view variable) {
  constexpr std::string_view kNames[] = {"PATH",
                                         "HOME",
                                         "LANG",
                                         "LANGUAGE",
                                         "TZ",
                                         "TMPDIR",
                                         "TERM",
                                         "LD_LIBRARY_PATH",
                                         "LLVM_PROFILE_FILE"};
  const std::string_view name = variable.substr(0, variable.find('='));
  return name.starts_with("LC_") || name.ends_with("SAN_OPTIONS") ||
         std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

std::vector<char*> environment_for_children() {
  std::vector<char*> kept;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (is_for_children(*variable)) kept.push_back(*variable);
  }
  kept.push_back(nullptr);
  return kept;
}

Result<pid_t> spawn(const std::filesystem::path& program,
                    const std::vector<std::string>& arguments,
                    int output) {
  std::vector<std::string> words{program.string(), "--die-with-parent"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  // Ctrl-C reaches the whole foreground group; the simulator must outlive the host's clean stop.
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  pid_t pid = 0;
  std::vector<char*> environment = environment_for_children();
  const int error =
      ::posix_spawn(&pid, program.c_str(), &actions, &attributes, argv.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) return system_error("cannot start " + program.string(), error);
  return pid;
}

}  // namespace

Result<std::unique_ptr<Simulator>> Simulator::start(const std::filesystem::path& program,
                                                    const std::vector<std::string>& arguments,
                                                    std::chrono::milliseconds patience) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe", errno);
  auto pid = spawn(program, arguments, ends[1]);
  ::close(ends[1]);
  if (!pid) {
    ::close(ends[0]);
    return std::move(pid).error();
  }
  std::string said;
  std::string url = wait_for_address(ends[0], patience, said);
  std::unique_ptr<Simulator> simulator(new Simulator(*pid, ends[0], std::move(url)));
  if (simulator->url_.empty()) {
    return Error(Errc::Unavailable, "the simulated Discord did not start; it said: " + said);
  }
  return simulator;
}

Simulator::~Simulator() {
  ::close(output_);
  ::kill(pid_, SIGTERM);
  for (int i = 0; i < 100; ++i) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) return;
    ::usleep(10'000);
  }
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace discern::app
