#pragma once

// The newest lifetime total of every series. Counters and histograms are kept in blocks of 64
// series, so that a tick rewrites a few dozen rows instead of a thousand; a Distinct and a TopK
// have a row each. Pure: it knows bytes, not files.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.hpp"
#include "metrics/series.hpp"

namespace discern::history {

inline constexpr std::uint32_t kTotalsPerBlock = 64;

// Series are named by their id in the database. One thread at a time.
class TotalBook {
 public:
  // Each notes the newest total; a changed one is to be saved.
  void set_steps(std::uint32_t series, std::uint64_t steps);
  void set_histogram(std::uint32_t series, const metrics::HistogramTotal& total);
  // Of a Distinct or a TopK.
  void set_sketch(std::uint32_t series, metrics::Total total);

  // Nothing for a series that never had a total above 0.
  std::optional<metrics::Total> find(std::uint32_t series) const;

  bool empty() const { return blocks_.empty() && sketches_.empty(); }
  // Marks everything as changed: for a new file.
  void mark_all_changed();
  // Raises a total that is lower than this one. Totals only grow, so the higher one is newer.
  void raise(std::uint32_t series, std::uint64_t steps);
  void raise(std::uint32_t series, const metrics::HistogramTotal& total);

  // What changed since the last `mark_saved`: blocks, and series that have a sketch.
  const std::set<std::uint32_t>& changed_blocks() const { return changed_blocks_; }
  const std::set<std::uint32_t>& changed_sketches() const { return changed_sketches_; }
  void mark_saved();

  // The bytes of one block, appended to `out`: for each series that has a total its place in the
  // block and its shape, then the steps or the histogram.
  void append_block(std::string& out, std::uint32_t block) const;
  // The bytes of one sketch. Precondition: it was set.
  std::string sketch_bytes(std::uint32_t series) const;
  // Read what these two wrote, without marking it as changed. Errors: Corrupt.
  Result<void> load_block(std::uint32_t block, std::string_view bytes);
  Result<void> load_sketch(std::uint32_t series, std::string_view bytes);

 private:
  struct Entry {
    std::uint64_t steps = 0;
    std::unique_ptr<metrics::HistogramTotal> histogram;  // Of histograms only.
    bool used() const { return steps > 0 || histogram; }
  };
  using Block = std::array<Entry, kTotalsPerBlock>;
  Entry& ensure(std::uint32_t series);
  const Entry* find_entry(std::uint32_t series) const;

  // By number. Memory follows what is stored, not the highest id that a damaged file claims.
  std::unordered_map<std::uint32_t, std::unique_ptr<Block>> blocks_;
  // The block that was used last: a tick goes through the series in about their order.
  std::uint32_t last_number_ = 0;
  Block* last_ = nullptr;
  std::map<std::uint32_t, metrics::Total> sketches_;
  std::set<std::uint32_t> changed_blocks_;
  std::set<std::uint32_t> changed_sketches_;
};

}  // namespace discern::history
