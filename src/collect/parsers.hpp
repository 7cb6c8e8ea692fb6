#pragma once

// The text of /proc files as values. Pure: no file, no clock.

#include <cstdint>
#include <optional>
#include <string_view>

namespace discern::collect {

// From /proc/<pid>/stat, see proc(5).
struct ProcessStat {
  std::uint64_t user_ticks = 0;      // Field 14, in clock ticks.
  std::uint64_t system_ticks = 0;    // Field 15.
  std::uint64_t threads = 0;         // Field 20.
  std::uint64_t resident_pages = 0;  // Field 24.
};
// Nothing when the text is not of that form. The command's name may hold spaces and parentheses.
std::optional<ProcessStat> parse_process_stat(std::string_view text);

// The soft limit of "Max open files" in /proc/<pid>/limits; 0 means unlimited.
std::optional<std::uint64_t> parse_max_open_files(std::string_view text);

}  // namespace discern::collect
