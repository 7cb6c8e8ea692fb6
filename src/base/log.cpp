#include "base/log.hpp"

#include <spdlog/details/log_msg.h>
#include <spdlog/details/os.h>
#include <spdlog/pattern_formatter.h>

#include <atomic>
#include <memory>
#include <mutex>

#include "base/json_text.hpp"
#include "base/log_in_sight.hpp"
#include "base/output.hpp"
#include "base/printable.hpp"

namespace discern::log {
namespace {

constexpr const char* kTextPattern = "%Y-%m-%d %H:%M:%S.%e%z %^%-5l%$ %v";
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})";

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

std::string_view color_of(Level level) {
  switch (level) {
    case Level::Debug:
      return "\033[36m";
    case Level::Info:
      return "\033[32m";
    case Level::Warn:
      return "\033[33m\033[1m";
    case Level::Error:
      return "\033[31m\033[1m";
  }
  return {};
}

// spdlog's patterns write time and level; the line itself goes to the queue of base/output.
class Formatter {
 public:
  explicit Formatter(Format format)
      : pattern_(format == Format::Json ? kJsonPattern : kTextPattern),
        colors_(format == Format::Text && spdlog::details::os::is_color_terminal() &&
                spdlog::details::os::in_terminal(stderr)) {}

  std::string line(Level level, std::string_view text) {
    const spdlog::details::log_msg message(
        spdlog::string_view_t(), to_spdlog(level), spdlog::string_view_t(text.data(), text.size()));
    spdlog::memory_buf_t buffer;
    pattern_.format(message, buffer);
    const std::string_view made(buffer.data(), buffer.size());
    if (!colors_ || message.color_range_end <= message.color_range_start) return std::string(made);
    const std::size_t begin = message.color_range_start;
    const std::size_t end = message.color_range_end;
    std::string out(made.substr(0, begin));
    out.append(color_of(level)).append(made.substr(begin, end - begin)).append("\033[m");
    return out.append(made.substr(end));
  }

 private:
  spdlog::pattern_formatter pattern_;
  const bool colors_;
};

std::mutex formatter_mutex;
// Both used with formatter_mutex held. Never destroyed.
std::string& line_in_sight() {
  static auto* const line = new std::string();
  return *line;
}
unsigned lines_since_in_sight = 0;
constexpr unsigned kLinesOfAScreen = 15;

// Never destroyed, and used with the mutex held.
std::unique_ptr<Formatter>& formatter() {
  static auto* const made = new std::unique_ptr<Formatter>(new Formatter(current_format));
  return *made;
}

std::string line_of(Level level, std::string_view stage, std::string_view text) {
  std::string body;
  if (current_format.load(std::memory_order_relaxed) == Format::Json) {
    body.append("\"stage\":");
    append_json_string(body, stage);
    body.append(",\"message\":");
    append_json_string(body, text);
    body = printable_json(std::move(body));
  } else {
    // Foreign text must not be able to forge a line of its own, nor steer a terminal.
    body.append(stage).append(": ").append(printable(text));
  }
  const std::lock_guard lock(formatter_mutex);
  std::string line = formatter()->line(level, body);
  if (!line_in_sight().empty() && ++lines_since_in_sight >= kLinesOfAScreen) {
    lines_since_in_sight = 0;
    line.append(line_in_sight());
  }
  return line;
}

std::string loss_line(std::uint64_t lines, std::string_view why) {
  return line_of(Level::Warn, "log", fmt::format("{} log lines were lost: {}", lines, why));
}

}  // namespace

void configure(const Options& options) {
  current_level = options.level;
  auto made = std::make_unique<Formatter>(options.format);
  const std::lock_guard lock(formatter_mutex);
  current_format = options.format;
  formatter() = std::move(made);
}

void keep_in_sight(std::string line) {
  if (!spdlog::details::os::in_terminal(stderr)) return;
  const std::lock_guard lock(formatter_mutex);
  line_in_sight() = std::move(line);
  lines_since_in_sight = 0;
}

Result<void> start_thread() {
  return output::start(&loss_line);
}

bool enabled(Level level) {
  return level >= current_level.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view stage, std::string_view text) noexcept {
  try {
    output::put(output::Stream::Err, line_of(level, stage, text));
  } catch (const std::exception&) {
    output::note_lost(1);
  }
}

void note_unformatted() noexcept {
  output::note_lost(1);
}

}  // namespace discern::log
