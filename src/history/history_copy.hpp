#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace SQLite {
class Database;
}

namespace discern::history {

struct CopiedHistory {
  std::size_t ticks = 0;
  std::size_t lost = 0;   // Ticks and places that cannot be read.
  bool complete = false;  // Neither time nor room ran out.
};

// Copies the ticks with a lower id than `next_tick`, the newest first, and the annotations of a
// damaged file into a new one, as many as can be read within `allowed`. Never throws.
CopiedHistory copy_history(SQLite::Database& from,
                           SQLite::Database& to,
                           std::int64_t next_tick,
                           std::chrono::milliseconds allowed);

}  // namespace discern::history
