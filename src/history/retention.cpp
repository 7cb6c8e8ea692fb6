#include "history/retention.hpp"

#include "history/database.hpp"

namespace discern::history {
namespace {

// Two hours of ticks at ten seconds each: once a minute this catches up with anything.
constexpr int kMaxChains = 12;
constexpr std::int64_t kMaxAnnotations = 500;
// A chain has no more ticks than this; bounds the range in which its ticks are looked for.
constexpr std::int64_t kMaxChainTicks = 1000;

// The chain with the oldest tick, when all its ticks are older than allowed.
std::optional<std::int64_t> find_old_chain(SQLite::Database& database,
                                           std::int64_t oldest_ms,
                                           std::int64_t current) {
  SQLite::Statement first(database,
                          "SELECT key_tick FROM tick WHERE time_ms < ? ORDER BY time_ms LIMIT 1");
  Use row(first);
  if (!row.integer(oldest_ms).next()) return std::nullopt;
  const std::int64_t key = row.integer_at(0);
  if (key == current) return std::nullopt;
  SQLite::Statement newest(
      database, "SELECT max(time_ms) FROM tick WHERE id BETWEEN ? AND ? AND key_tick = ?");
  Use chain(newest);
  chain.integer(key).integer(key + kMaxChainTicks).integer(key).next();
  if (chain.integer_at(0) >= oldest_ms) return std::nullopt;
  return key;
}

int delete_chain(SQLite::Database& database, std::int64_t key) {
  SQLite::Statement drop(database, "DELETE FROM tick WHERE id BETWEEN ? AND ? AND key_tick = ?");
  Use(drop).integer(key).integer(key + kMaxChainTicks).integer(key).run();
  return database.getChanges();
}

int delete_annotations(SQLite::Database& database, std::int64_t oldest_ms) {
  SQLite::Statement drop(database,
                         "DELETE FROM annotation WHERE id IN "
                         "(SELECT id FROM annotation WHERE time_ms < ? LIMIT ?)");
  Use(drop).integer(oldest_ms).integer(kMaxAnnotations).run();
  return database.getChanges();
}

// Gives a part of the free pages back to the file system when there are many.
void shrink(SQLite::Database& database) {
  const auto pages = database.execAndGet("PRAGMA page_count").getInt64();
  const auto free = database.execAndGet("PRAGMA freelist_count").getInt64();
  if (free > 64 && free * 4 > pages) database.exec("PRAGMA incremental_vacuum(256)");
}

}  // namespace

Result<std::size_t> forget_before(SQLite::Database& database,
                                  std::int64_t oldest_ms,
                                  std::int64_t current_key_tick) {
  return fenced("cannot delete old history", [&]() -> Result<std::size_t> {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    int gone = delete_annotations(database, oldest_ms);
    for (int i = 0; i < kMaxChains; ++i) {
      const auto chain = find_old_chain(database, oldest_ms, current_key_tick);
      if (!chain) break;
      gone += delete_chain(database, *chain);
    }
    transaction.commit();
    if (gone > 0) shrink(database);
    return static_cast<std::size_t>(gone);
  });
}

Result<std::size_t> forget_oldest_chain(SQLite::Database& database, std::int64_t current_key_tick) {
  return fenced("cannot make room in history", [&]() -> Result<std::size_t> {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    // Empty without a tick: 0 is no chain.
    const std::int64_t key =
        database.execAndGet("SELECT coalesce(min(key_tick), 0) FROM tick").getInt64();
    if (key == 0 || key == current_key_tick) return std::size_t{0};
    const int gone = delete_chain(database, key);
    transaction.commit();
    return static_cast<std::size_t>(gone);
  });
}

}  // namespace discern::history
