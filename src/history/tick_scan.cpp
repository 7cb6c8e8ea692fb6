#include "history/tick_scan.hpp"

#include <algorithm>
#include <bit>

#include "base/log.hpp"
#include "history/gap.hpp"
#include "history/row_sum.hpp"

namespace discern::history {
namespace {

// Knows which series of the decoded tick are asked for; follows the tick as series are added.
class Selection {
 public:
  explicit Selection(const std::function<Follower*(std::uint32_t)>& find) : find_(find) {}

  void restart() {
    selected_.clear();
    known_ = 0;
  }
  const std::vector<Selected>& refresh(const Tick& tick) {
    for (; known_ < tick.series.size(); ++known_) {
      if (Follower* follower = find_(tick.series[known_].id)) {
        selected_.push_back({known_, follower});
      }
    }
    return selected_;
  }

 private:
  const std::function<Follower*(std::uint32_t)>& find_;
  std::vector<Selected> selected_;
  std::size_t known_ = 0;
};

void hand_out(const Tick& tick, const Moment& at, const std::vector<Selected>& selected) {
  for (const auto& [position, follower] : selected) {
    const std::uint64_t value = tick.values[position];
    switch (tick.series[position].shape) {
      case Shape::Steps:
        follower->take_steps(at, value);
        break;
      case Shape::Number:
        follower->take_number(at, std::bit_cast<double>(value));
        break;
      case Shape::Buckets:
        follower->take_histogram(at, tick.histograms[value]);
        break;
    }
  }
}

}  // namespace

TickScan::TickScan(SQLite::Database& database, std::shared_ptr<Health> health)
    : range_(database,
             "SELECT min(key_tick), max(id) FROM tick WHERE time_ms >= ? AND time_ms < ?"),
      before_(database,
              "SELECT key_tick, id FROM tick WHERE time_ms < ? ORDER BY time_ms DESC LIMIT 1"),
      ticks_(database,
             // A start whose row is damaged is told from none by its count of restarts.
             "SELECT tick.id, time_ms, key_tick, payload, coalesce(interval_ms, 10000), tick.boot, "
             "coalesce(started_ms, time_ms), coalesce(restart_count, 1), tick.sum "
             "FROM tick LEFT JOIN boot ON boot.id = tick.boot "
             "WHERE tick.id BETWEEN ? AND ? ORDER BY tick.id"),
      health_(std::move(health)) {}

std::optional<TickScan::Range> TickScan::find_range(std::int64_t begin_ms, std::int64_t end_ms) {
  std::optional<Range> found;
  Use range(range_);
  range.integer(begin_ms).integer(end_ms);
  if (range.next() && !range.null_at(0)) found = Range{range.integer_at(0), range.integer_at(1)};
  // The tick before the first one is wanted too, to compare with.
  Use before(before_);
  before.integer(begin_ms);
  if (before.next()) {
    if (!found) return Range{before.integer_at(0), before.integer_at(1)};
    found->first = std::min(found->first, before.integer_at(0));
  }
  return found;
}

void TickScan::move_to(Use& row, Moment& at) {
  const std::int64_t time_ms = row.integer_at(1);
  const std::int64_t boot = row.integer_at(5);
  // Across a change of the interval the longer one decides.
  const std::int64_t distance = max_tick_distance_ms(row.integer_at(4));
  const std::int64_t longer = std::max(distance, std::exchange(max_distance_ms_, distance));
  at.tick = row.integer_at(0);
  at.begins_at_zero = false;
  if (boot != last_boot_) {
    // Totals from a backup bring their count of restarts along.
    at.begins_at_zero = last_is_made_up() || (at.tick == 1 && row.integer_at(7) == 0);
    at.after_gap = false;
    at.since_ms = std::max<std::int64_t>(time_ms - row.integer_at(6), 0);
  } else {
    at.after_gap = !is_adjacent(at.time_ms, time_ms, longer);
    at.since_ms = std::max<std::int64_t>(time_ms - at.time_ms, 0);
  }
  at.time_ms = last_time_ms_ = time_ms;
  last_boot_ = boot;
  last_restarts_ = row.integer_at(7);
  at.is_made_up = last_is_made_up();
}

// A tick that cannot be read is a gap, and so are those of its chain that build on it.
bool TickScan::decode(Use& row) {
  const std::int64_t id = row.integer_at(0);
  const std::string_view payload = row.blob_at(3);
  RowSum sum;
  sum.number(id).number(row.integer_at(1)).number(row.integer_at(5)).number(row.integer_at(2));
  const bool is_whole = row.null_at(8) || row.integer_at(8) == sum.text(payload).value();
  if (!is_whole) decoder_.break_chain();
  if (is_whole && decoder_.decode(payload)) return true;
  if (health_ && health_->add_damaged_tick(id)) {
    log::warn("history", "tick {} of history is damaged: charts have a gap there", id);
  }
  return false;
}

Result<void> TickScan::run(std::int64_t begin_ms,
                           std::int64_t end_ms,
                           const std::function<Follower*(std::uint32_t)>& find,
                           const Deadline& deadline) {
  last_time_ms_ = last_boot_ = max_distance_ms_ = 0;
  const std::optional<Range> range = find_range(begin_ms, end_ms);
  if (!range) return {};
  Selection selection(find);
  Moment at;
  Use rows(ticks_);
  for (rows.integer(range->first).integer(range->last); rows.next();) {
    if (deadline.passed()) return Error(Errc::Timeout, "the query took too long");
    if (!decode(rows)) continue;
    if (decoder_.is_key()) selection.restart();
    move_to(rows, at);
    hand_out(decoder_.tick(), at, selection.refresh(decoder_.tick()));
  }
  return {};
}

}  // namespace discern::history
