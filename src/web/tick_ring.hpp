#pragma once

// The last hour of live ticks, by column, and its text. Not thread-safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "web/live_tick.hpp"

namespace discern::web {

class TickRing {
 public:
  explicit TickRing(std::size_t capacity = 3600);

  // Times rise.
  void push(std::int64_t time_ms, const LiveValues& values);
  void clear() { size_ = 0; }

  // "t":[...],"v":[[...],...] of the ticks after `since_ms`: members of an object.
  void append_columns(std::string& out, std::int64_t since_ms) const;
  // The same ticks as events of the live stream.
  void append_events(std::string& out, std::int64_t since_ms) const;
  // The newest tick's time; 0 when there is none.
  std::int64_t newest_ms() const;

 private:
  std::size_t at(std::size_t age) const { return (begin_ + age) % capacity_; }
  // How many of the oldest are at or before `since_ms`. A time that lies ahead is that of a client
  // that has not heard that the clock was set back: it has none of them.
  std::size_t count_until(std::int64_t since_ms) const;

  const std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::vector<std::int64_t> times_;
  std::vector<std::vector<double>> columns_;
};

// One tick as an event of the live stream, its changed rows included.
void append_event(std::string& out, const LiveTick& tick);

// "version":...,"boot_id":...,"now":...,"series":[...]: members of an object.
void append_hello_members(std::string& out,
                          std::string_view version,
                          std::string_view boot_id,
                          std::int64_t now_ms);

}  // namespace discern::web
