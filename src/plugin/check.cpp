#include "plugin/check.hpp"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/folder.hpp"
#include "metrics/registry.hpp"
#include "plugin/library.hpp"
#include "plugin/library_copy.hpp"
#include "plugin/manifest.hpp"
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
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && said.starts_with("+")) {
    return said.substr(1);
  }
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
    // The first character says that it came back.
    const std::string text = "+" + (opened ? std::string() : opened.error().text);
    const bool told = ::write(ends[1], text.data(), text.size()) >= 0;
    ::_exit(told ? 0 : 1);
  }
  ::close(ends[1]);
  std::string said = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  const bool made = child >= 0 && ::waitpid(child, &status, 0) == child;
  std::error_code ignored;
  fs::remove_all(pattern, ignored);
  if (!made) return "no child process can be made";
  return verdict(id, std::move(said), status);
}

std::string look_at(const std::string& id, const fs::path& file) {
  const auto bytes = read_library(id, file);
  return bytes ? std::string() : bytes.error().text;
}

std::vector<Manifest> manifests(const HostOptions& options) {
  std::vector<Manifest> found;
  std::vector<fs::path> all{options.folder};
  all.insert(all.end(), options.more_folders.begin(), options.more_folders.end());
  for (const fs::path& plugins : all) {
    std::vector<fs::path> folders = folders_in(plugins);
    std::sort(folders.begin(), folders.end());
    for (const fs::path& folder : folders) {
      const auto text = read_file(folder / "plugin.toml", 1024 * 1024);
      if (!text) continue;
      auto manifest = parse_manifest(*text, "plugin.toml");
      if (manifest) found.push_back(*std::move(manifest));
    }
  }
  return found;
}

}  // namespace

ConfigFindings examine_config(const HostOptions& options) {
  ConfigFindings findings;
  std::map<std::string, ConfigValues> left = options.config;
  for (const Manifest& manifest : manifests(options)) {
    const auto given = options.config.find(manifest.id);
    const ConfigValues values = given == options.config.end() ? ConfigValues() : given->second;
    // What a plugin requires and is not given matters once somebody uses it.
    if (given == options.config.end()) continue;
    left.erase(manifest.id);
    const auto merged = merge_config(manifest.id, manifest.config, values);
    if (!merged) findings.problems.push_back(merged.error().text);
  }
  for (const auto& [id, values] : left) findings.unused.push_back(id);
  return findings;
}

std::vector<std::string> plugin_ids(const HostOptions& options) {
  std::vector<std::string> ids;
  for (const Manifest& manifest : manifests(options)) {
    if (!manifest.demonstration || options.demonstration) ids.push_back(manifest.id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::vector<Finding> examine(const HostOptions& options, Depth depth) {
  const SystemClock clock;
  metrics::Registry registry(clock.system_now());
  HostOptions mine = options;
  // The host that may be running has its copies there.
  mine.private_folder.clear();
  mine.quiet = true;
  Supervisor supervisor(mine, clock, registry);
  supervisor.scan();
  return supervisor.examine(depth == Depth::Load ? try_to_open : look_at);
}

}  // namespace discern::plugin
