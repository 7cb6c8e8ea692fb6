#pragma once

// What a Store is made of. Only the files of Store include it.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "history/clock_watch.hpp"
#include "history/database.hpp"
#include "history/lock_file.hpp"
#include "history/series_index.hpp"
#include "history/store.hpp"
#include "history/tick_codec.hpp"
#include "history/total_book.hpp"

namespace discern::history {

// Prepared once, used every tick.
struct Statements {
  explicit Statements(SQLite::Database& database);
  SQLite::Statement family;
  SQLite::Statement series;
  SQLite::Statement tick;
  SQLite::Statement total;
  SQLite::Statement sketch;
  SQLite::Statement annotation;
  SQLite::Statement put_state;
  SQLite::Statement drop_state;
};

struct Store::Parts {
  Parts(LockFile lock_file, std::filesystem::path path, const Options& wanted)
      : lock(std::move(lock_file)), file(std::move(path)), options(wanted) {}

  // Opens the file, or a new one in the place of a damaged one, and reads what it holds.
  Result<void> open();
  // Errors: Corrupt, after which `close` and another try on a new file make sense.
  Result<void> open_file();
  void close();
  Result<void> read_all();
  Result<void> begin_boot(SystemTime now);

  // Brings `tick` and `totals` to the values of the snapshot.
  void take(const metrics::Snapshot& snapshot);
  void keep(std::span<const metrics::Event> more);
  void take_series(const metrics::Snapshot& snapshot, const metrics::Series& series);
  // All of one tick, inside a transaction. Throws as SQLiteCpp does.
  void write(std::int64_t time_ms, std::string_view payload, std::span<const StateRow> state);
  void keep_for_next(std::span<const StateRow> state);

  LockFile lock;
  const std::filesystem::path file;
  const Options options;
  std::unique_ptr<SQLite::Database> database;
  std::optional<Statements> statements;

  bool is_new = false;
  std::int64_t boot = 0;
  std::uint64_t restarts = 0;

  SeriesIndex index;
  TotalBook totals;
  Tick tick;
  TickEncoder encoder;
  Written written;

  std::int64_t next_tick = 1;
  std::int64_t key_tick = 0;
  std::int64_t last_time_ms = 0;
  // Of the newest tick that was found at start.
  std::optional<std::int64_t> newest_stored_ms;
  ClockWatch clock_watch;
  std::optional<SteadyTime> last_forgetting;
  bool said_forgetting = false;

  // Waiting for the next commit: noted between two, or left over from one that failed.
  std::deque<metrics::Event> events;
  std::map<std::pair<std::string, std::string>, std::optional<std::string>> state;
};

}  // namespace discern::history
