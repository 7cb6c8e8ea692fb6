#include "history/contents.hpp"

#include <algorithm>
#include <bit>
#include <map>

#include "history/database.hpp"
#include "history/row_sum.hpp"
#include "history/schema.hpp"
#include "history/table_scan.hpp"
#include "history/tick_codec.hpp"

namespace discern::history {
namespace {

// Ids are counted, not invented: beyond this there is no room to go on.
constexpr std::int64_t kHighestTick = std::int64_t{1} << 48;
constexpr std::int64_t kHighestBoot = std::int64_t{1} << 31;
// Of the newest ticks, how many are looked at for totals: some chains.
constexpr int kNewestTicks = 300;

Error damaged(const char* what) {
  return {Errc::Corrupt, std::string("it holds ") + what};
}

bool sum_is_wrong(Use& row, int column, const RowSum& sum) {
  return !row.null_at(column) && row.integer_at(column) != sum.value();
}

// A file of version 1 has no sums.
std::string with_sum(SQLite::Database& database, const char* table, const char* columns) {
  bool has = false;
  try {
    const SQLite::Statement probe(database, std::string("SELECT sum FROM ") + table);
    has = true;
  } catch (const std::exception&) {
  }
  return std::string(columns) + (has ? ", sum" : ", NULL");
}

Result<void> take_boot(Contents& into, Use& row) {
  const BootRow boot{row.integer_at(0), row.integer_at(1), row.integer_at(2), row.integer_at(3)};
  RowSum sum;
  sum.number(boot.id).number(boot.restart_count).number(boot.started_ms).number(boot.interval_ms);
  if (sum_is_wrong(row, 4, sum) || boot.id < 1 || boot.id > kHighestBoot ||
      boot.restart_count < kMadeUpStart || boot.restart_count > kHighestBoot ||
      boot.interval_ms < 1) {
    return damaged("a start that never was");
  }
  into.boots.push_back(boot);
  return {};
}

FamilyRow family_at(Use& row) {
  return {row.integer_at(0),
          row.text_at(1),
          row.text_at(2),
          row.text_at(3),
          row.real_at(4),
          row.text_at(5)};
}

Result<void> take_family(Contents& into, Use& row) {
  FamilyRow family = family_at(row);
  if (sum_is_wrong(row, 6, sum_of(family))) return damaged("a damaged family");
  return into.index.load_family(std::move(family));
}

Result<void> take_series(Contents& into, Use& row) {
  const std::int64_t id = row.integer_at(0);
  if (id < 1 || id > UINT32_MAX) return damaged("an impossible series");
  SeriesRow series{static_cast<std::uint32_t>(id),
                   row.integer_at(1),
                   std::string(row.blob_at(2)),
                   row.integer_at(3)};
  if (sum_is_wrong(row, 4, sum_of(series)) || series.first_tick < 0 ||
      series.first_tick > kHighestTick) {
    return damaged("a damaged series");
  }
  into.next_tick = std::max(into.next_tick, series.first_tick + 1);
  return into.index.load_series(std::move(series));
}

Result<void> take_total(Contents& into, Use& row) {
  const std::int64_t block = row.integer_at(0);
  const std::string_view payload = row.blob_at(1);
  if (block < 0 || block > into.index.highest_id() / kTotalsPerBlock) {
    return damaged("totals of no series");
  }
  if (sum_is_wrong(row, 2, RowSum().number(block).text(payload))) {
    return damaged("damaged totals");
  }
  return into.totals.load_block(static_cast<std::uint32_t>(block), payload);
}

Result<void> take_sketch(Contents& into, Use& row) {
  const std::int64_t series = row.integer_at(0);
  const std::string_view payload = row.blob_at(1);
  if (series < 1 || series > into.index.highest_id() ||
      sum_is_wrong(row, 2, RowSum().number(series).text(payload))) {
    return damaged("a damaged sketch");
  }
  return into.totals.load_sketch(static_cast<std::uint32_t>(series), payload);
}

Result<void> take_state(Contents& into, Use& row) {
  std::string area = row.text_at(0);
  std::string key = row.text_at(1);
  std::string value(row.blob_at(2));
  if (sum_is_wrong(row, 3, RowSum().text(area).text(key).text(value))) {
    return damaged("damaged state");
  }
  into.state.insert_or_assign({std::move(area), std::move(key)}, std::move(value));
  return {};
}

struct TablePlan {
  const char* table;
  const char* columns;
  Result<void> (*take)(Contents&, Use&);
};
// In this order: each refers to those before it.
constexpr TablePlan kTables[] = {
    {"boot", "id, restart_count, started_ms, interval_ms", take_boot},
    {"family", "id, name, kind, unit, step, labels", take_family},
    {"series", "id, family, key, first_tick", take_series},
    {"total", "block, payload", take_total},
    {"sketch", "series, payload", take_sketch},
    {"state", "area, key, value", take_state},
};

// The index of UNIQUE holds every column of a family once more, and of a series all but one. It has
// no check sums: it fills what the table lacks, and only if the table lost rows or holds fewer.
void salvage_families(SQLite::Database& database, Contents& into, bool lost_rows) {
  std::map<std::int64_t, FamilyRow> found;
  salvage_table(
      database,
      {"id, name, kind, unit, step, labels", "family INDEXED BY sqlite_autoindex_family_1", "name"},
      [&](Use& row) -> Result<void> {
        FamilyRow family = family_at(row);
        found.try_emplace(family.id, std::move(family));
        return {};
      });
  if (!lost_rows && found.size() <= into.index.family_count()) return;
  for (auto& [id, family] : found) {
    if (!into.index.knows_family(id)) (void)into.index.load_family(std::move(family));
  }
}

void salvage_series(SQLite::Database& database, Contents& into, bool lost_rows) {
  std::map<std::int64_t, SeriesRow> found;
  salvage_table(
      database,
      {"id, family, key", "series INDEXED BY sqlite_autoindex_series_1", "family"},
      [&](Use& row) -> Result<void> {
        const std::int64_t id = row.integer_at(0);
        if (id < 1 || id > UINT32_MAX) return damaged("an impossible series");
        found.try_emplace(
            id,
            SeriesRow{
                static_cast<std::uint32_t>(id), row.integer_at(1), std::string(row.blob_at(2)), 0});
        return {};
      });
  if (!lost_rows && found.size() <= into.index.series_count()) return;
  for (auto& [id, series] : found) {
    const bool is_known =
        into.index.knows_series(series.id) || into.index.knows_key(series.family, series.key);
    if (!is_known) (void)into.index.load_series(std::move(series));
  }
}

// Starts whose rows are lost: ticks name them. What is guessed about one matters little, but an id
// must not be given twice.
void salvage_boots(SQLite::Database& database, Contents& into) {
  // A tick that names a start beyond these is damaged itself.
  constexpr std::int64_t kPlausible = 1'000'000;
  constexpr std::int64_t kUsualInterval = 10'000;
  const auto newest = std::max_element(into.boots.begin(),
                                       into.boots.end(),
                                       [](const auto& a, const auto& b) { return a.id < b.id; });
  const std::int64_t below = newest == into.boots.end() ? kPlausible : newest->id;
  const auto is_known = [&](std::int64_t id) {
    return std::any_of(
        into.boots.begin(), into.boots.end(), [&](const auto& boot) { return boot.id == id; });
  };
  try {
    SQLite::Statement select(database, "SELECT boot, min(time_ms) FROM tick GROUP BY boot");
    for (Use row(select); row.next();) {
      const std::int64_t id = row.integer_at(0);
      if (id < 1 || id >= below || is_known(id)) continue;
      into.boots.push_back({id, id - 1, row.integer_at(1), kUsualInterval});
    }
  } catch (const std::exception&) {
    // Those that were found are enough.
  }
}

struct TickPosition {
  std::int64_t id = 0;
  std::int64_t key_tick = 0;
};

bool is_made_up(const Contents& contents, std::int64_t boot) {
  return std::any_of(contents.boots.begin(), contents.boots.end(), [&](const BootRow& row) {
    return row.id == boot && row.restart_count == kMadeUpStart;
  });
}

// The newest first, without those that were made up: no total goes on from them.
std::vector<TickPosition> newest_ticks(SQLite::Database& database, Contents& into) {
  std::vector<TickPosition> found;
  try {
    SQLite::Statement select(
        database, "SELECT id, key_tick, time_ms, boot FROM tick ORDER BY id DESC LIMIT ?");
    Use row(select);
    for (row.integer(kNewestTicks); row.next();) {
      const std::int64_t id = row.integer_at(0);
      if (id < 1 || id > kHighestTick) continue;
      if (!into.newest_tick_ms) into.newest_tick_ms = row.integer_at(2);
      into.next_tick = std::max(into.next_tick, id + 1);
      if (!is_made_up(into, row.integer_at(3))) found.push_back({id, row.integer_at(1)});
    }
  } catch (const std::exception&) {
    // What was read so far is used.
  }
  return found;
}

void raise_totals(const Tick& tick, Contents& into) {
  for (std::size_t i = 0; i < tick.series.size(); ++i) {
    const TickSeries& series = tick.series[i];
    const std::string_view kind = into.index.kind_of(series.id);
    // The ticks of other kinds do not hold their totals.
    if (kind == "counter" && series.shape == Shape::Steps) {
      into.totals.raise(series.id, tick.values[i]);
    } else if (kind == "histogram" && series.shape == Shape::Buckets) {
      into.totals.raise(series.id, tick.histograms[tick.values[i]]);
    }
  }
}

// Follows the chain that begins with `key` as far as it can be read. Returns whether any could.
bool raise_from_chain(SQLite::Database& database,
                      const std::vector<TickPosition>& ticks,
                      std::int64_t key,
                      Contents& into) {
  const std::string columns = with_sum(database, "tick", "id, time_ms, boot, key_tick, payload");
  TickDecoder decoder;
  Tick newest;
  bool any = false;
  try {
    SQLite::Statement select(database, "SELECT " + columns + " FROM tick WHERE id = ?");
    for (auto tick = ticks.rbegin(); tick != ticks.rend(); ++tick) {
      if (tick->key_tick != key) continue;
      Use row(select);
      if (!row.integer(tick->id).next()) break;
      RowSum sum;
      for (int column = 0; column < 4; ++column) sum.number(row.integer_at(column));
      if (sum_is_wrong(row, 5, sum.text(row.blob_at(4)))) break;
      if (!decoder.decode(row.blob_at(4))) break;
      newest = decoder.tick();
      any = true;
    }
  } catch (const std::exception&) {
    // The ticks before it count.
  }
  if (any) raise_totals(newest, into);
  return any;
}

void salvage_totals_from_ticks(SQLite::Database& database, Contents& into) {
  const std::vector<TickPosition> ticks = newest_ticks(database, into);
  std::int64_t tried = 0;
  for (const TickPosition& tick : ticks) {
    if (tick.key_tick == tried) continue;
    tried = tick.key_tick;
    if (raise_from_chain(database, ticks, tried, into)) return;
  }
}

}  // namespace

bool Contents::ends_made_up() const {
  const auto newest = std::max_element(
      boots.begin(), boots.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return newest != boots.end() && newest->restart_count == kMadeUpStart;
}

Result<Contents> load_contents(SQLite::Database& database) {
  Contents contents;
  for (const TablePlan& plan : kTables) {
    const std::string columns = with_sum(database, plan.table, plan.columns);
    auto read = read_table(
        database, {columns, plan.table}, [&](Use& row) { return plan.take(contents, row); });
    if (!read) return std::move(read).error();
  }
  SQLite::Statement last(database, "SELECT id, time_ms FROM tick ORDER BY id DESC LIMIT 1");
  Use row(last);
  if (row.next()) {
    if (row.integer_at(0) < 1 || row.integer_at(0) > kHighestTick) return damaged("a damaged tick");
    contents.next_tick = std::max(contents.next_tick, row.integer_at(0) + 1);
    contents.newest_tick_ms = row.integer_at(1);
  }
  return contents;
}

Contents salvage_contents(SQLite::Database& database) {
  Contents contents;
  for (const TablePlan& plan : kTables) {
    const std::string columns = with_sum(database, plan.table, plan.columns);
    const auto take = [&](Use& row) { return plan.take(contents, row); };
    try {
      const SQLite::Statement probe(database, "SELECT " + columns + " FROM " + plan.table);
    } catch (const std::exception&) {
      ++contents.lost_tables;
      continue;
    }
    const std::size_t lost = salvage_table(database, {columns, plan.table}, take);
    contents.lost_rows += lost;
    // Series refer to families, and totals to series.
    const std::string_view table = plan.table;
    if (table == "family") salvage_families(database, contents, lost > 0);
    if (table == "series") salvage_series(database, contents, lost > 0);
  }
  salvage_boots(database, contents);
  std::sort(contents.boots.begin(), contents.boots.end(), [](const auto& a, const auto& b) {
    return a.id < b.id;
  });
  const auto twice = [](const auto& a, const auto& b) { return a.id == b.id; };
  contents.boots.erase(std::unique(contents.boots.begin(), contents.boots.end(), twice),
                       contents.boots.end());
  salvage_totals_from_ticks(database, contents);
  return contents;
}

}  // namespace discern::history
