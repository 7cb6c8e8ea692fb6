#pragma once

// Which id of the database stands for which series of the registry. Pure: it remembers which rows
// are still to be written, and the Store writes them.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "history/row_sum.hpp"
#include "history/tick_codec.hpp"
#include "metrics/snapshot.hpp"

namespace discern::history {

struct FamilyRow {
  std::int64_t id = 0;
  std::string name;
  std::string kind;
  std::string unit;
  double step = 1;
  // Names, separated by commas; for a TopK without the one that names the item.
  std::string labels;
};
struct SeriesRow {
  std::uint32_t id = 0;
  std::int64_t family = 0;
  std::string key;
  std::int64_t first_tick = 0;
};

// What is stored beside each row, to find damage.
RowSum sum_of(const FamilyRow& row);
RowSum sum_of(const SeriesRow& row);

// How the values of a family of this kind are stored.
Shape shape_of(metrics::Kind kind);

// One thread at a time. All snapshots must be of one registry.
class SeriesIndex {
 public:
  // What the database holds; call before the first `refresh`.
  // Errors: Corrupt (an id that is never given, or a series of no family), and nothing is taken.
  Result<void> load_family(FamilyRow row);
  Result<void> load_series(SeriesRow row);
  bool knows_family(std::int64_t id) const { return families_.contains(id); }
  bool knows_series(std::uint32_t id) const { return known_.contains(id); }
  std::size_t family_count() const { return families_.size(); }
  std::size_t series_count() const { return known_.size(); }
  bool knows_key(std::int64_t family, std::string_view key) const {
    const auto found = families_.find(family);
    return found != families_.end() && found->second.series.find(key) != found->second.series.end();
  }
  // The kind of a series' family; empty if the series is unknown.
  std::string_view kind_of(std::uint32_t series) const;
  std::uint32_t highest_id() const { return next_series_ - 1; }

  // Gives an id to each series that is new in the snapshot, and a place in `tick`, so that a
  // series' position there is its id in the snapshot. `tick_id` is that of the tick to be written.
  void refresh(const metrics::Snapshot& snapshot, std::int64_t tick_id, Tick& tick);

  // Every row is to be written: for a new file.
  void mark_all_new();
  // Rows to write with the next transaction; kept until that is done.
  const std::vector<FamilyRow>& new_families() const { return new_families_; }
  const std::vector<SeriesRow>& new_series() const { return new_series_; }
  void mark_saved();

  // Every series of the database, families in order of their ids.
  void for_each(const std::function<void(const FamilyRow&, const SeriesRow&)>& visit) const;

 private:
  struct Family {
    FamilyRow row;
    std::map<std::string, SeriesRow, std::less<>> series;  // By key.
  };
  Family& ensure_family(const metrics::Descriptor& descriptor);

  std::map<std::int64_t, Family> families_;
  std::unordered_map<std::uint32_t, std::int64_t> known_;  // Series to family, as loaded.
  std::int64_t next_family_ = 1;
  std::uint32_t next_series_ = 1;
  std::vector<FamilyRow> new_families_;
  std::vector<SeriesRow> new_series_;
};

}  // namespace discern::history
