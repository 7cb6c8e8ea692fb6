#pragma once

// The newest lifetime total of every series, in blocks of 64 series, so that a tick rewrites a few
// dozen rows instead of a thousand. Pure: it knows bytes, not files.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "history/tick_codec.hpp"
#include "metrics/series.hpp"

namespace discern::history {

inline constexpr std::uint32_t kTotalsPerBlock = 64;

// Series are named by their id in the database. One thread at a time.
class TotalBook {
 public:
  // Notes the total; a changed one marks its block.
  void set_steps(std::uint32_t series, std::uint64_t steps);
  void set_histogram(std::uint32_t series, const metrics::HistogramTotal& total);

  // Null for a series that never had a total above 0.
  const metrics::Total* find(std::uint32_t series) const;

  // Blocks changed since the last `mark_saved`.
  const std::set<std::uint32_t>& changed_blocks() const { return changed_; }
  void mark_saved() { changed_.clear(); }

  // The bytes of one block, appended to `out`: for each series that has a total its place in the
  // block and its shape, then steps, or zero count, bits of the sum and buckets.
  void append_block(std::string& out, std::uint32_t block) const;
  // Reads what `append_block` wrote, without marking it. Errors: Corrupt.
  Result<void> load_block(std::uint32_t block, std::string_view bytes);

 private:
  struct Entry {
    bool used = false;
    Shape shape = Shape::Steps;
    metrics::Total total;
  };
  Entry& ensure(std::uint32_t series);

  std::vector<Entry> entries_;
  std::set<std::uint32_t> changed_;
};

}  // namespace discern::history
