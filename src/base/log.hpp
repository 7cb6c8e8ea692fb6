#pragma once

// Structured log lines: a level, the stage that speaks, a sentence.
//
// Safe from every thread. Callers never pass secrets: tokens are kept in types that do not format.

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

namespace discern::log {

enum class Level { Debug, Info, Warn, Error };
enum class Format { Text, Json };

struct Options {
  Level level = Level::Info;
  Format format = Format::Text;
};

// Lines go to stderr. May be called again to change the options.
void configure(const Options& options);

bool enabled(Level level);
void write(Level level, std::string_view stage, std::string_view text);

template <class... Args>
void at(Level level, std::string_view stage, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(level)) write(level, stage, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void debug(std::string_view stage, fmt::format_string<Args...> format, Args&&... args) {
  at(Level::Debug, stage, format, std::forward<Args>(args)...);
}
template <class... Args>
void info(std::string_view stage, fmt::format_string<Args...> format, Args&&... args) {
  at(Level::Info, stage, format, std::forward<Args>(args)...);
}
template <class... Args>
void warn(std::string_view stage, fmt::format_string<Args...> format, Args&&... args) {
  at(Level::Warn, stage, format, std::forward<Args>(args)...);
}
template <class... Args>
void error(std::string_view stage, fmt::format_string<Args...> format, Args&&... args) {
  at(Level::Error, stage, format, std::forward<Args>(args)...);
}

}  // namespace discern::log
