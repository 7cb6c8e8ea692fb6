#include "history/table_scan.hpp"

#include <optional>

namespace discern::history {
namespace {

// Between the first and the last damaged page, keys are tried one by one: so many at most.
constexpr std::int64_t kMostLookups = 200'000;

std::string select(const TableQuery& query) {
  return "SELECT " + query.columns + " FROM " + query.table;
}

std::string key_of(const TableQuery& query) {
  return query.columns.substr(0, query.columns.find(','));
}

struct Pass {
  std::optional<std::int64_t> last;  // The last key that was read.
  bool whole = false;                // It came to the end of the table.
  std::size_t lost = 0;
};

Pass walk(SQLite::Database& database, const std::string& sql, const TakeRow& take) {
  Pass pass;
  try {
    SQLite::Statement statement(database, sql);
    for (Use row(statement); row.next();) {
      pass.last = row.integer_at(0);
      if (!take(row)) ++pass.lost;
    }
    pass.whole = true;
  } catch (const std::exception&) {
    ++pass.lost;
  }
  return pass;
}

std::size_t look_up_between(SQLite::Database& database,
                            const TableQuery& query,
                            std::int64_t first,
                            std::int64_t last,
                            const TakeRow& take) {
  std::size_t lost = 0;
  try {
    SQLite::Statement statement(database, select(query) + " WHERE " + key_of(query) + " = ?");
    for (std::int64_t key = first; key <= last && key - first < kMostLookups; ++key) {
      try {
        Use row(statement);
        if (row.integer(key).next() && !take(row)) ++lost;
      } catch (const std::exception&) {
        ++lost;
      }
    }
  } catch (const std::exception&) {
    ++lost;
  }
  return lost;
}

}  // namespace

Result<void> read_table(SQLite::Database& database, const TableQuery& query, const TakeRow& take) {
  SQLite::Statement statement(database, select(query) + " ORDER BY " + key_of(query));
  for (Use row(statement); row.next();) {
    if (auto taken = take(row); !taken) return taken;
  }
  return {};
}

std::size_t salvage_table(SQLite::Database& database,
                          const TableQuery& query,
                          const TakeRow& take) {
  const bool by_key = query.order.empty();
  const std::string ordered = select(query) + " ORDER BY " + (by_key ? key_of(query) : query.order);
  const Pass up = walk(database, ordered, take);
  if (up.whole) return up.lost;
  const Pass down = walk(database, ordered + " DESC", take);
  std::size_t lost = up.lost + down.lost;
  if (by_key && up.last && down.last && *up.last < *down.last) {
    lost += look_up_between(database, query, *up.last + 1, *down.last - 1, take);
  }
  return lost;
}

}  // namespace discern::history
