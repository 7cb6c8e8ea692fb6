#include "history/history_copy.hpp"

#include <algorithm>
#include <vector>

#include "history/database.hpp"
#include "history/row_sum.hpp"
#include "history/table_scan.hpp"

namespace discern::history {
namespace {

constexpr int kBatch = 500;
constexpr std::int64_t kAnnotationsAtOnce = 100'000;

struct TickRow {
  std::int64_t id = 0;
  std::int64_t time_ms = 0;
  std::int64_t boot = 0;
  std::int64_t key_tick = 0;
  std::string payload;

  std::int64_t sum() const {
    RowSum sum;
    sum.number(id).number(time_ms).number(boot).number(key_tick).text(payload);
    return sum.value();
  }
};

class Copy {
 public:
  Copy(SQLite::Database& from, SQLite::Database& to, std::int64_t next_tick)
      : select_(from,
                "SELECT id, time_ms, boot, key_tick, payload, " + sum_column(from) +
                    " FROM tick WHERE id < ? ORDER BY id DESC LIMIT ?"),
        to_(to),
        insert_(to, "INSERT OR IGNORE INTO tick VALUES (?, ?, ?, ?, ?, ?)"),
        below_(next_tick) {}

  // Reads up to a batch and writes it. Returns false at the end.
  bool step(CopiedHistory& done) {
    std::vector<TickRow> rows;
    const bool read = read_rows(rows, done);
    SQLite::Transaction transaction(to_);
    for (const TickRow& row : rows) {
      Use(insert_)
          .integer(row.id)
          .integer(row.time_ms)
          .integer(row.boot)
          .integer(row.key_tick)
          .blob(row.payload)
          .integer(row.sum())
          .run();
    }
    transaction.commit();
    done.ticks += rows.size();
    if (!read) {
      // A page is damaged: go on below it, in longer and longer strides.
      ++done.lost;
      below_ -= skip_;
      skip_ *= 2;
      return below_ > 1;
    }
    skip_ = 1;
    return more_;
  }

 private:
  static std::string sum_column(SQLite::Database& from) {
    try {
      const SQLite::Statement probe(from, "SELECT sum FROM tick");
      return "sum";
    } catch (const std::exception&) {
      return "NULL";
    }
  }

  bool read_rows(std::vector<TickRow>& rows, CopiedHistory& done) {
    int seen = 0;
    try {
      Use row(select_);
      for (row.integer(below_).integer(kBatch); row.next(); ++seen) {
        TickRow tick{row.integer_at(0),
                     row.integer_at(1),
                     row.integer_at(2),
                     row.integer_at(3),
                     std::string(row.blob_at(4))};
        const std::int64_t below = std::min(below_, tick.id);
        if (!row.null_at(5) && row.integer_at(5) != tick.sum()) {
          ++done.lost;
        } else if (tick.id > 0) {
          rows.push_back(std::move(tick));
        }
        below_ = below;
      }
    } catch (const std::exception&) {
      return false;
    }
    more_ = seen == kBatch && below_ > 1;
    return true;
  }

  SQLite::Statement select_;
  SQLite::Database& to_;
  SQLite::Statement insert_;
  std::int64_t below_;
  std::int64_t skip_ = 1;
  bool more_ = true;
};

void copy_annotations(SQLite::Database& from, SQLite::Database& to) {
  SQLite::Transaction transaction(to);
  SQLite::Statement insert(to, "INSERT OR IGNORE INTO annotation VALUES (?, ?, ?, ?)");
  std::int64_t copied = 0;
  salvage_table(from, {"id, time_ms, kind, text", "annotation"}, [&](Use& row) -> Result<void> {
    if (++copied > kAnnotationsAtOnce) return {};
    const std::string kind = row.text_at(2);
    const std::string text = row.text_at(3);
    Use(insert).integer(row.integer_at(0)).integer(row.integer_at(1)).text(kind).text(text).run();
    return {};
  });
  transaction.commit();
}

}  // namespace

CopiedHistory copy_history(SQLite::Database& from,
                           SQLite::Database& to,
                           std::int64_t next_tick,
                           std::chrono::milliseconds allowed) {
  CopiedHistory done;
  const auto end = std::chrono::steady_clock::now() + allowed;
  try {
    Copy copy(from, to, next_tick);
    bool more = true;
    while (more && std::chrono::steady_clock::now() < end) more = copy.step(done);
    copy_annotations(from, to);
    done.complete = !more;
  } catch (const std::exception&) {
    // The table cannot be read at all, or there is no room for more: what is copied stays.
  }
  return done;
}

}  // namespace discern::history
