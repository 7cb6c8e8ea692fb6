#pragma once

// What a start takes from a database file: everything but ticks and annotations.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "history/series_index.hpp"
#include "history/total_book.hpp"

namespace SQLite {
class Database;
}

namespace discern::history {

struct BootRow {
  std::int64_t id = 0;
  std::int64_t restart_count = 0;
  std::int64_t started_ms = 0;
  std::int64_t interval_ms = 0;
};

struct Contents {
  SeriesIndex index;
  TotalBook totals;
  std::vector<BootRow> boots;
  std::map<std::pair<std::string, std::string>, std::string> state;  // By area and key.
  std::int64_t next_tick = 1;
  std::optional<std::int64_t> newest_tick_ms;
  // Whether the newest start is one whose ticks are made up, so that totals begin at 0 after it.
  bool ends_made_up() const;
  // Rows that were left out because they cannot be read; known after salvage_contents.
  std::size_t lost_rows = 0;
  std::size_t lost_tables = 0;
};

// Errors: Corrupt at the first row that is not what was written.
Result<Contents> load_contents(SQLite::Database& database);

// Takes whatever can be read, table by table and row by row. What the rows of totals lack is taken
// from the newest ticks, which hold the same numbers, and names from the indexes.
Contents salvage_contents(SQLite::Database& database);

}  // namespace discern::history
