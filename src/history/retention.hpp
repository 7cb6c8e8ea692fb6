#pragma once

#include <cstddef>
#include <cstdint>

#include "base/error.hpp"

namespace SQLite {
class Database;
}

namespace discern::history {

// Deletes some of the chains of ticks, and of the annotations, that are wholly older than
// `oldest_ms`, in one transaction that takes a few milliseconds; never the chain that begins with
// `current_key_tick`. Returns how many ticks and annotations went.
Result<std::size_t> forget_before(SQLite::Database& database,
                                  std::int64_t oldest_ms,
                                  std::int64_t current_key_tick);

// Deletes the chain that was written first, unless it is the one that begins with
// `current_key_tick`. Returns how many ticks went.
Result<std::size_t> forget_oldest_chain(SQLite::Database& database, std::int64_t current_key_tick);

}  // namespace discern::history
