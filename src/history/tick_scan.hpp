#pragma once

// Walks the stored ticks of a span of time in the order in which they were written.

#include <cstdint>
#include <functional>

#include "base/error.hpp"
#include "history/database.hpp"
#include "history/reduce.hpp"
#include "history/tick_codec.hpp"

namespace discern::history {

// What to do with a series whose place in a Tick is `position`.
struct Selected {
  std::size_t position;
  Follower* follower;
};

// Prepared statements and buffers of a reading connection.
class TickScan {
 public:
  explicit TickScan(SQLite::Database& database);

  // Hands each tick that may matter for [begin, end) to the followers. `find` says who follows a
  // stored series, or null. Call inside a transaction. Errors: Corrupt, Timeout; also throws as
  // SQLiteCpp does.
  Result<void> run(std::int64_t begin_ms,
                   std::int64_t end_ms,
                   const std::function<Follower*(std::uint32_t series)>& find,
                   const Deadline& deadline);

 private:
  struct Range {
    std::int64_t first = 0;
    std::int64_t last = 0;
  };
  std::optional<Range> find_range(std::int64_t begin_ms, std::int64_t end_ms);

  SQLite::Statement longest_interval_;
  SQLite::Statement range_;
  SQLite::Statement ticks_;
  TickDecoder decoder_;
};

}  // namespace discern::history
