// Reading what crash_guard.cpp left behind.

#include <charconv>
#include <sstream>

#include "base/files.hpp"
#include "plugin/call_stack.hpp"
#include "plugin/crash_guard.hpp"

namespace discern::plugin {
namespace {

// "boom.so _ZN4Boom5touchEv+0x4" with the function's name as people write it.
std::string readable_frame(const std::string& line) {
  const std::size_t begin = line.find(" _Z");
  const std::size_t end = line.rfind('+');
  if (begin == line.npos || end == line.npos || end < begin) return line;
  const std::string symbol = line.substr(begin + 1, end - begin - 1);
  return line.substr(0, begin + 1) + readable(symbol.c_str()) + line.substr(end);
}

}  // namespace

std::vector<CrashReport> read_crash_reports(const std::filesystem::path& file) {
  std::vector<CrashReport> reports;
  const Result<std::string> text = read_file(file, 1024 * 1024);
  if (!text) return reports;
  std::istringstream lines(*text);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ")) {
      if (inside) reports.back().stack.push_back(readable_frame(line.substr(2)));
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

}  // namespace discern::plugin
