#pragma once

// Structured log lines: a level, the stage that speaks, a sentence.
//
// Safe from every thread, and never waits for the reader of stderr (base/output.hpp). Callers never
// pass secrets: tokens are kept in types that do not format.

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace discern::log {

enum class Level { Debug, Info, Warn, Error };
enum class Format { Text, Json };

struct Options {
  Level level = Level::Info;
  Format format = Format::Text;
};

// Lines go to stderr. May be called again to change the options.
void configure(const Options& options);
// Lines are written by a thread of their own from here on. Errors: Limit; lines that cannot be
// written at once are then lost.
Result<void> start_thread();

bool enabled(Level level);
// None of these throws: a line for which there is no memory is lost and counted.
void write(Level level, std::string_view stage, std::string_view text) noexcept;
void note_unformatted() noexcept;

template <class... Args>
void at(Level level,
        std::string_view stage,
        fmt::format_string<Args...> format,
        Args&&... args) noexcept {
  if (!enabled(level)) return;
  try {
    write(level, stage, fmt::format(format, std::forward<Args>(args)...));
  } catch (...) {
    note_unformatted();
  }
}
template <class... Args>
void debug(std::string_view stage, fmt::format_string<Args...> format, Args&&... args) noexcept {
  at(Level::Debug, stage, format, std::forward<Args>(args)...);
}
template <class... Args>
void info(std::string_view stage, fmt::format_string<Args...> format, Args&&... args) noexcept {
  at(Level::Info, stage, format, std::forward<Args>(args)...);
}
template <class... Args>
void warn(std::string_view stage, fmt::format_string<Args...> format, Args&&... args) noexcept {
  at(Level::Warn, stage, format, std::forward<Args>(args)...);
}
template <class... Args>
void error(std::string_view stage, fmt::format_string<Args...> format, Args&&... args) noexcept {
  at(Level::Error, stage, format, std::forward<Args>(args)...);
}

}  // namespace discern::log
