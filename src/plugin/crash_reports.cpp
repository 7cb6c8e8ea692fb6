// Reading what crash_guard.cpp left behind.

#include <charconv>
#include <sstream>

#include "base/files.hpp"
#include "base/kept_file.hpp"
#include "plugin/call_stack.hpp"
#include "plugin/crash_guard.hpp"
#include "plugin/source_lines.hpp"

namespace discern::plugin {
namespace {

// What is left behind by one process is far below it.
constexpr std::size_t kMostBytes = 1024 * 1024;

// "boom.3.so _ZN4Boom5touchEv+0x4 @0x1234" with the function's name as people write it, and the
// line of the source while the library is still there.
std::string readable_frame(std::string line,
                           const std::filesystem::path& libraries,
                           SourceLines& source) {
  std::string place;
  if (const std::size_t at = line.rfind(" @0x"); at != line.npos) {
    std::uintptr_t address = 0;
    std::from_chars(line.data() + at + 4, line.data() + line.size(), address, 16);
    line.resize(at);
    const std::string module = line.substr(0, line.find_first_of(" +"));
    if (!libraries.empty() && module.ends_with(".so") && module.find('/') == module.npos) {
      place = source.find((libraries / module).string(), address);
    }
  }
  const std::size_t begin = line.find(" _Z");
  const std::size_t end = line.rfind('+');
  if (begin != line.npos && end != line.npos && end > begin) {
    const std::string symbol = line.substr(begin + 1, end - begin - 1);
    const std::string name = short_name(symbol.c_str());
    line = line.substr(0, name.empty() ? begin : begin + 1) + name + line.substr(end);
  }
  return place.empty() ? line : line + " (" + place + ")";
}

}  // namespace

std::vector<CrashReport> read_crash_reports(const std::filesystem::path& file,
                                            const std::filesystem::path& libraries) {
  std::vector<CrashReport> reports;
  KeptFile kept(file, kMostBytes, "the last crash stays unnamed");
  const std::optional<std::string> text = kept.read();
  if (!text) return reports;
  std::istringstream lines(*text);
  SourceLines source;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ")) {
      if (inside) {
        reports.back().stack.push_back(readable_frame(line.substr(2), libraries, source));
      }
      continue;
    }
    // "crash <seconds> <signal> <plugin or -> <handler>"
    std::istringstream words(line);
    std::string word;
    std::int64_t seconds = 0;
    CrashReport report;
    inside = static_cast<bool>(words >> word >> seconds >> report.signal >> report.plugin) &&
             word == "crash";
    if (!inside) continue;
    std::getline(words >> std::ws, report.handler);
    report.time = SystemTime(std::chrono::seconds(seconds));
    if (report.plugin == "-") report.plugin.clear();
    reports.push_back(std::move(report));
  }
  return reports;
}

std::optional<SystemTime> find_unexplained_end(const std::filesystem::path& file) {
  const Result<std::string> text = read_file(file, kMostBytes);
  if (!text) return std::nullopt;
  std::istringstream lines(*text);
  std::optional<SystemTime> begun;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    std::int64_t seconds = 0;
    words >> word >> seconds;
    if (word == "run" && seconds > 0) begun = SystemTime(std::chrono::seconds(seconds));
    if (word == "stop" || word == "crash") return std::nullopt;
  }
  return begun;
}

}  // namespace discern::plugin
