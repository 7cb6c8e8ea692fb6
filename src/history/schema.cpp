#include "history/schema.hpp"

#include <fmt/core.h>

#include <string>

#include "history/database.hpp"

namespace discern::history {
namespace {

// Migration i brings a file from version i to i + 1. Only ever append.
constexpr const char* kMigrations[kSchemaVersion] = {
    // No user id, name, text, option value or address has a column here, and none may be added.
    R"(
    -- One row for each start of the program.
    CREATE TABLE boot (
      id INTEGER PRIMARY KEY,
      restart_count INTEGER NOT NULL,   -- starts before this one
      started_ms INTEGER NOT NULL,
      interval_ms INTEGER NOT NULL      -- between two ticks
    );
    -- A family whose kind, unit, step or labels change becomes a new row.
    CREATE TABLE family (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      kind TEXT NOT NULL,
      unit TEXT NOT NULL,
      step REAL NOT NULL,               -- a counter's value is steps times this
      labels TEXT NOT NULL,             -- names, separated by commas
      UNIQUE (name, kind, unit, step, labels)
    );
    CREATE TABLE series (
      id INTEGER PRIMARY KEY,
      family INTEGER NOT NULL REFERENCES family (id),
      key BLOB NOT NULL,                -- label values, separated by 0x1f
      first_tick INTEGER NOT NULL,
      UNIQUE (family, key)
    );
    -- All values of one instant: tick_codec.hpp.
    CREATE TABLE tick (
      id INTEGER PRIMARY KEY,
      time_ms INTEGER NOT NULL,         -- may step back with the clock; the id never does
      boot INTEGER NOT NULL REFERENCES boot (id),
      key_tick INTEGER NOT NULL,        -- where its chain begins
      payload BLOB NOT NULL
    );
    CREATE INDEX tick_by_time ON tick (time_ms, key_tick);
    -- Lifetime totals of 64 series: total_book.hpp.
    CREATE TABLE total (
      block INTEGER PRIMARY KEY,
      payload BLOB NOT NULL
    );
    -- State of a Distinct or TopK, by series: total_codec.hpp.
    CREATE TABLE sketch (
      series INTEGER PRIMARY KEY REFERENCES series (id),
      payload BLOB NOT NULL
    );
    CREATE TABLE annotation (
      id INTEGER PRIMARY KEY,
      time_ms INTEGER NOT NULL,
      kind TEXT NOT NULL,
      text TEXT NOT NULL
    );
    CREATE INDEX annotation_by_time ON annotation (time_ms);
    -- What a stage needs again after a restart, in one cut with the totals; its own business.
    CREATE TABLE state (
      area TEXT NOT NULL,
      key TEXT NOT NULL,
      value BLOB NOT NULL,
      PRIMARY KEY (area, key)
    ) WITHOUT ROWID;
    )",
    // Check sums of rows (row_sum.hpp); NULL in rows of version 1, which have none.
    R"(
    ALTER TABLE boot ADD COLUMN sum INTEGER;
    ALTER TABLE family ADD COLUMN sum INTEGER;
    ALTER TABLE series ADD COLUMN sum INTEGER;
    ALTER TABLE tick ADD COLUMN sum INTEGER;
    ALTER TABLE total ADD COLUMN sum INTEGER;
    ALTER TABLE sketch ADD COLUMN sum INTEGER;
    ALTER TABLE state ADD COLUMN sum INTEGER;
    )",
};

int pragma(SQLite::Database& database, const std::string& name) {
  return database.execAndGet("PRAGMA " + name).getInt();
}

// No release counts this far: a higher number is damage.
constexpr int kHighestVersion = 1000;

}  // namespace

Result<int> read_version(SQLite::Database& database) {
  const int version = pragma(database, "user_version");
  const int application = pragma(database, "application_id");
  const int tables = database.execAndGet("SELECT count(*) FROM sqlite_master").getInt();
  const int ours = database
                       .execAndGet(
                           "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN "
                           "('boot', 'family', 'series', 'tick', 'total', 'state')")
                       .getInt();
  // Another program has none of these tables beside the others.
  constexpr int kEnoughTables = 4;
  const bool looks_like_ours = ours >= kEnoughTables;
  if (looks_like_ours && (application != kApplicationId || version < 1)) {
    return Error(Errc::Corrupt, "its header is damaged");
  }
  if (application != kApplicationId && !(tables == 0 && version == 0)) {
    return Error(Errc::Refused,
                 "it is a database of another program; move it away or choose another data "
                 "directory");
  }
  if (version > kHighestVersion || (application == kApplicationId && version < 1)) {
    return Error(Errc::Corrupt, "its header is damaged");
  }
  if (version > kSchemaVersion) {
    return Error(Errc::Refused,
                 fmt::format("it was written by a newer Discern (format {}, this one knows {}); "
                             "run that version, or choose another data directory",
                             version,
                             kSchemaVersion));
  }
  return version;
}

Result<void> migrate(SQLite::Database& database) {
  return fenced("cannot bring it up to date", [&]() -> Result<void> {
    Result<int> version = read_version(database);
    if (!version) return std::move(version).error();
    if (auto prepared = prepare_for_writing(database); !prepared) return prepared;
    for (int from = *version; from < kSchemaVersion; ++from) {
      SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
      database.exec(kMigrations[from]);
      database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
      database.exec(fmt::format("PRAGMA user_version = {}", from + 1));
      transaction.commit();
    }
    return {};
  });
}

Result<void> check_version(SQLite::Database& database) {
  Result<int> version = read_version(database);
  if (!version) return std::move(version).error();
  if (*version < kSchemaVersion) {
    return Error(Errc::Refused, "it was written by an older Discern; start this one on it once");
  }
  return {};
}

}  // namespace discern::history
