#pragma once

// Walks the stored ticks of a span of time in the order in which they were written.

#include <cstdint>
#include <functional>
#include <memory>

#include "base/error.hpp"
#include "history/database.hpp"
#include "history/health.hpp"
#include "history/reduce.hpp"
#include "history/schema.hpp"
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
  // Damaged ticks are noted in `health`, which may be null.
  TickScan(SQLite::Database& database, std::shared_ptr<Health> health);

  // Hands each tick that may matter for [begin, end) to the followers, the last one before `begin`
  // too, however old it is. `find` says who follows a stored series, or null. Ticks that cannot be
  // read are left out. Call inside a transaction. Errors: Timeout; also throws as SQLiteCpp does.
  Result<void> run(std::int64_t begin_ms,
                   std::int64_t end_ms,
                   const std::function<Follower*(std::uint32_t series)>& find,
                   const Deadline& deadline);
  // The last tick that was handed out; 0 when there was none.
  std::int64_t last_time_ms() const { return last_time_ms_; }
  // It was made up, and nothing real goes on from it.
  bool last_is_made_up() const { return last_boot_ != 0 && last_restarts_ == kMadeUpStart; }

 private:
  struct Range {
    std::int64_t first = 0;
    std::int64_t last = 0;
  };
  std::optional<Range> find_range(std::int64_t begin_ms, std::int64_t end_ms);
  bool decode(Use& row);

  // Says where `row` stands, which is a tick after the one that `at` is of.
  void move_to(Use& row, Moment& at);

  SQLite::Statement range_;
  SQLite::Statement before_;
  SQLite::Statement ticks_;
  TickDecoder decoder_;
  std::int64_t last_time_ms_ = 0;
  std::int64_t last_boot_ = 0;
  std::int64_t last_restarts_ = 0;
  std::int64_t max_distance_ms_ = 0;
  const std::shared_ptr<Health> health_;
};

}  // namespace discern::history
