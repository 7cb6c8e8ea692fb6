#pragma once

// Reading a table that may be damaged.

#include <cstdint>
#include <functional>
#include <string>

#include "base/error.hpp"
#include "history/database.hpp"

namespace discern::history {

// What to read. The first column is the primary key.
struct TableQuery {
  std::string columns;
  std::string table;
  std::string order = {};  // Of an index, the column that it begins with; else the primary key.
};
// Takes one row; an error says that the row is not what was written.
using TakeRow = std::function<Result<void>(Use& row)>;

// Every row, in order of the key. Errors: Corrupt at the first bad row. Throws as SQLiteCpp does.
Result<void> read_table(SQLite::Database& database, const TableQuery& query, const TakeRow& take);

// Every row that can be read, from both ends of the table and between damaged pages; in no order,
// some perhaps twice. Returns how many rows or places could not be read. Never throws.
std::size_t salvage_table(SQLite::Database& database, const TableQuery& query, const TakeRow& take);

}  // namespace discern::history
