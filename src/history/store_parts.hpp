#pragma once

// What a Store is made of. Only the files of Store include it.

#include <sys/types.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "history/clock_watch.hpp"
#include "history/contents.hpp"
#include "history/database.hpp"
#include "history/folder_lock.hpp"
#include "history/row_sum.hpp"
#include "history/series_index.hpp"
#include "history/store.hpp"
#include "history/tick_codec.hpp"
#include "history/total_book.hpp"

namespace discern::history {

// Prepared once, used every tick.
struct Statements {
  explicit Statements(SQLite::Database& database);
  SQLite::Statement boot;
  SQLite::Statement family;
  SQLite::Statement series;
  SQLite::Statement tick;
  SQLite::Statement total;
  SQLite::Statement sketch;
  SQLite::Statement annotation;
  SQLite::Statement put_state;
  SQLite::Statement drop_state;

  void write_boot(const BootRow& row);
  void write_names(const SeriesIndex& index);
  void write_totals(const TotalBook& totals);
  void write_state(const std::string& area,
                   const std::string& key,
                   const std::optional<std::string>& value);
};

// Memory is the truth: totals and names are complete here, and the file follows. A file that cannot
// be opened (a full disk) or that turns out to be damaged is begun anew from memory.
struct Store::Parts {
  Parts(FolderLock folder_lock, std::filesystem::path path, const Options& wanted)
      : lock(std::move(folder_lock)),
        folder(path.parent_path()),
        file(std::move(path)),
        options(wanted),
        health(std::make_shared<Health>()) {}

  // At start. Without an error either the database is open, or `offline` says why it is not and
  // what could be read of it is in memory.
  Result<void> open(SystemTime wall);
  // Opens the file for writing and checks it; a new one if there is none. Errors: Corrupt, and what
  // the system said.
  Result<void> connect();
  void disconnect();
  void adopt(Contents contents);
  // Of the open database.
  Result<void> forget_totals();
  // Notes this start, in the database if there is one.
  Result<void> begin_boot(SystemTime wall);
  // For a start on a disk that cannot be written. Errors: what is there cannot be read.
  Result<void> read_without_writing();
  // Opens the file that could not be opened before, and brings it up to date.
  Result<void> go_online();
  // Before a commit: opens a file that could not be opened, and looks for reported damage.
  Result<void> make_ready();
  // After a commit that failed: repairs damage. Returns the error to report.
  Error answer_failure(Error error);
  Result<void> write_everything();

  // store_repair.cpp: replaces a damaged file by a new one that holds what is in memory, and as
  // much history of the damaged one as can be read; sets the damaged one aside.
  // At start memory is empty, and everything is taken from the file. Errors: as connect.
  enum class When { Start, Running };
  Result<void> repair(const std::string& reason, When when);
  // Whether the pause after the last repair is over.
  bool may_repair();
  // Finishes a repair that a crash interrupted.
  void finish_repair();
  // Checks what readers complained of, and whether the file is still the one that is open.
  Result<void> check_suspicions();

  // Brings `tick` and `totals` to the values of the snapshot.
  void take(const metrics::Snapshot& snapshot);
  void keep(std::span<const metrics::Event> more);
  void take_series(const metrics::Snapshot& snapshot, const metrics::Series& series);
  // All of one tick, inside a transaction. Throws as SQLiteCpp does.
  void write(std::int64_t time_ms, std::string_view payload, std::span<const StateRow> state);
  void keep_for_next(std::span<const StateRow> state);
  // Says what to do about an error of the system.
  Error explain(Error error) const;

  FolderLock lock;
  const std::filesystem::path folder;
  const std::filesystem::path file;
  const Options options;
  const std::shared_ptr<Health> health;
  std::unique_ptr<SQLite::Database> database;  // Null while offline.
  std::optional<Statements> statements;
  std::pair<dev_t, ino_t> identity{};  // Of the open file.

  bool is_new = false;
  bool repaired = false;  // At this start.
  std::vector<BootRow> boots;
  BootRow boot;

  SeriesIndex index;
  TotalBook totals;
  // Of the file at start; used until there is a database to ask.
  std::map<std::pair<std::string, std::string>, std::string> stored_state;
  Tick tick;
  TickEncoder encoder;
  Written written;

  std::int64_t next_tick = 1;
  std::int64_t key_tick = 0;
  std::int64_t last_time_ms = 0;
  // Of the newest tick that was found at start.
  std::optional<std::int64_t> newest_stored_ms;
  SteadyTime now{};  // Of the newest snapshot.
  ClockWatch clock_watch;
  std::optional<SteadyTime> last_forgetting;
  bool said_forgetting = false;
  // Repairs that follow each other wait longer and longer: a disk that damages everything would
  // otherwise be filled with files that were set aside.
  std::optional<SteadyTime> last_repair;
  std::chrono::minutes repair_pause{0};
  std::optional<SteadyTime> last_check;

  // Waiting for the next commit: noted between two, or left over from one that failed.
  std::deque<metrics::Event> events;
  std::map<std::pair<std::string, std::string>, std::optional<std::string>> state;
};

}  // namespace discern::history
