#pragma once

// Which id of the database stands for which series of the registry. Pure: it remembers which rows
// are still to be written, and the Store writes them.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

// How the values of a family of this kind are stored.
Shape shape_of(metrics::Kind kind);

// One thread at a time. All snapshots must be of one registry.
class SeriesIndex {
 public:
  // What the database holds; call before the first `refresh`.
  void load_family(FamilyRow row);
  void load_series(SeriesRow row);
  std::uint32_t highest_id() const { return next_series_ - 1; }

  // Gives an id to each series that is new in the snapshot, and a place in `tick`, so that a
  // series' position there is its id in the snapshot. `tick_id` is that of the tick to be written.
  void refresh(const metrics::Snapshot& snapshot, std::int64_t tick_id, Tick& tick);

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
  std::int64_t next_family_ = 1;
  std::uint32_t next_series_ = 1;
  std::vector<FamilyRow> new_families_;
  std::vector<SeriesRow> new_series_;
};

}  // namespace discern::history
