#pragma once

// What the program prints on stdout and stderr, without waiting for whoever reads it: a bounded
// queue and one thread that writes. A reader that stands still, a full disk behind the log or a
// closed terminal then cost lines, which are counted, and never a heartbeat.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace discern::output {

enum class Stream : std::uint8_t { Out, Err };

// Bounds of the queue. When a line finds no room, the oldest ones make it.
inline constexpr std::size_t kMostLines = 10'000;
inline constexpr std::size_t kMostBytes = 4 * 1024 * 1024;

// Makes the line that stands where `lines` lines of stderr are missing; `why` is a sentence.
using TellLoss = std::string (*)(std::uint64_t lines, std::string_view why);

// Starts the thread. Until then a line is written by its caller, who waits. Without a thread
// (Errors: Limit) callers still do not wait: a line that cannot be written at once is lost.
Result<void> start(TellLoss tell);

// Prints `text`, one or more whole lines with their line ends. Any thread. Never waits after
// start(), and never throws: text for which there is no memory is lost and counted.
void put(Stream stream, std::string text) noexcept;

// Lines that were lost since the program began.
std::uint64_t lost() noexcept;
// Counts lines that were lost before they came here.
void note_lost(std::uint64_t lines) noexcept;

// Waits until everything that was put before is written, at most `limit`. False when it is not.
// Safe in a signal handler.
bool flush(std::chrono::milliseconds limit) noexcept;

// Writes to a descriptor as far as that is possible within `limit` altogether. Returns how many
// bytes were written. Safe in a signal handler.
std::size_t write_within(int fd, std::string_view text, std::chrono::milliseconds limit) noexcept;

}  // namespace discern::output
