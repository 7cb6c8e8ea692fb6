#include "history/tick_scan.hpp"

#include <algorithm>
#include <bit>

#include "history/gap.hpp"

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

TickScan::TickScan(SQLite::Database& database)
    : longest_interval_(database, "SELECT max(interval_ms) FROM boot"),
      range_(database,
             "SELECT min(key_tick), max(id) FROM tick WHERE time_ms >= ? AND time_ms < ?"),
      ticks_(database,
             "SELECT tick.id, time_ms, key_tick, payload, interval_ms FROM tick "
             "JOIN boot ON boot.id = tick.boot WHERE tick.id BETWEEN ? AND ? ORDER BY tick.id") {}

std::optional<TickScan::Range> TickScan::find_range(std::int64_t begin_ms, std::int64_t end_ms) {
  Use longest(longest_interval_);
  if (!longest.next() || longest.null_at(0)) return std::nullopt;
  // The tick before the first one is wanted too, to compare with.
  const std::int64_t earlier = max_tick_distance_ms(longest.integer_at(0));
  Use range(range_);
  range.integer(begin_ms - earlier).integer(end_ms);
  if (!range.next() || range.null_at(0)) return std::nullopt;
  return Range{range.integer_at(0), range.integer_at(1)};
}

Result<void> TickScan::run(std::int64_t begin_ms,
                           std::int64_t end_ms,
                           const std::function<Follower*(std::uint32_t)>& find,
                           const Deadline& deadline) {
  const std::optional<Range> range = find_range(begin_ms, end_ms);
  if (!range) return {};
  Selection selection(find);
  Moment at;
  std::int64_t max_distance = 0;
  Use rows(ticks_);
  for (rows.integer(range->first).integer(range->last); rows.next();) {
    if (deadline.passed()) return Error(Errc::Timeout, "the query took too long");
    const std::int64_t id = rows.integer_at(0);
    const std::int64_t time_ms = rows.integer_at(1);
    if (rows.integer_at(2) == id) selection.restart();
    if (auto decoded = decoder_.decode(rows.blob_at(3)); !decoded) return decoded;
    // Across a change of the interval the longer one decides.
    const std::int64_t before =
        std::exchange(max_distance, max_tick_distance_ms(rows.integer_at(4)));
    at.max_distance_ms = std::max(max_distance, before);
    const bool follows = is_adjacent(at.time_ms, time_ms, at.max_distance_ms);
    at.since_ms = follows ? time_ms - at.time_ms : 0;
    at.tick = id;
    at.time_ms = time_ms;
    hand_out(decoder_.tick(), at, selection.refresh(decoder_.tick()));
  }
  return {};
}

}  // namespace discern::history
