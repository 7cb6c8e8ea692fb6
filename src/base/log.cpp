#include "base/log.hpp"

#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>

#include "base/json_text.hpp"

namespace discern::log {
namespace {

std::atomic<Level> current_level{Level::Info};
std::atomic<Format> current_format{Format::Text};

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::Debug:
      return spdlog::level::debug;
    case Level::Info:
      return spdlog::level::info;
    case Level::Warn:
      return spdlog::level::warn;
    case Level::Error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

spdlog::logger& logger() {
  static const auto instance = [] {
    auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
    auto made = std::make_shared<spdlog::logger>("discern", std::move(sink));
    made->set_level(spdlog::level::trace);
    made->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-5l%$ %v");
    return made;
  }();
  return *instance;
}

}  // namespace

void configure(const Options& options) {
  current_level = options.level;
  current_format = options.format;
  logger().set_pattern(options.format == Format::Json
                           ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})"
                           : "%Y-%m-%d %H:%M:%S.%e %^%-5l%$ %v");
}

bool enabled(Level level) {
  return level >= current_level.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view stage, std::string_view text) {
  std::string line;
  if (current_format.load(std::memory_order_relaxed) == Format::Json) {
    line.append("\"stage\":");
    append_json_string(line, stage);
    line.append(",\"message\":");
    append_json_string(line, text);
  } else {
    line.append(stage);
    line.append(": ");
    // A newline in foreign text must not be able to forge a line of its own.
    for (const char c : text) {
      if (c == '\n' || c == '\r') {
        line.append("\\n");
      } else {
        line.push_back(c);
      }
    }
  }
  logger().log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace discern::log
