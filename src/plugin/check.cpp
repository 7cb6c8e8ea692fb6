#include "plugin/check.hpp"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "base/clock.hpp"
#include "metrics/registry.hpp"
#include "plugin/library.hpp"
#include "plugin/supervisor.hpp"

namespace discern::plugin {
namespace {

namespace fs = std::filesystem;

// For static constructors that do not return.
constexpr unsigned kLoadSeconds = 10;

std::string read_all(int fd) {
  std::string text;
  char bytes[512];
  for (ssize_t n = 0; (n = ::read(fd, bytes, sizeof bytes)) > 0;) {
    text.append(bytes, static_cast<std::size_t>(n));
  }
  return text;
}

// The sentence the child wrote, or what became of it.
std::string verdict(const std::string& id, std::string said, int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return said;
  const std::string plugin = "plugin \"" + id + "\" ";
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    return plugin + "does not come back from being loaded; look at its static constructors";
  }
  if (WIFSIGNALED(status)) {
    return plugin + "crashes while it is loaded (" + ::strsignal(WTERMSIG(status)) +
           "); look at its static constructors";
  }
  return plugin + "ends the program while it is loaded";
}

std::string try_to_open(const std::string& id, const fs::path& file) {
  std::string pattern = (fs::temp_directory_path() / "discern-check-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return "no folder for temporary files can be made";
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe can be made";
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(kLoadSeconds);
    const Result<Library> opened = Library::open(id, file, fs::path(pattern) / (id + ".so"));
    const std::string text = opened ? std::string() : opened.error().text;
    const bool told = ::write(ends[1], text.data(), text.size()) >= 0;
    ::_exit(told ? 0 : 1);
  }
  ::close(ends[1]);
  std::string said = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) said = "no child process can be made";
  std::error_code ignored;
  fs::remove_all(pattern, ignored);
  return verdict(id, std::move(said), status);
}

}  // namespace

std::vector<Finding> examine(const HostOptions& options) {
  const SystemClock clock;
  metrics::Registry registry(clock.system_now());
  HostOptions mine = options;
  // The host that may be running has its copies there.
  mine.private_folder.clear();
  mine.quiet = true;
  Supervisor supervisor(mine, clock, registry);
  supervisor.scan();
  return supervisor.examine(try_to_open);
}

}  // namespace discern::plugin
