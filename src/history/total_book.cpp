#include "history/total_book.hpp"

#include <algorithm>

#include "history/total_codec.hpp"
#include "history/varint.hpp"

namespace discern::history {

TotalBook::Entry& TotalBook::ensure(std::uint32_t series) {
  if (entries_.size() <= series) entries_.resize(series + 1);
  return entries_[series];
}

void TotalBook::set_steps(std::uint32_t series, std::uint64_t steps) {
  Entry& entry = ensure(series);
  if (entry.steps == steps) return;
  entry.steps = steps;
  changed_blocks_.insert(series / kTotalsPerBlock);
}

void TotalBook::set_histogram(std::uint32_t series, const metrics::HistogramTotal& total) {
  Entry& entry = ensure(series);
  if (!entry.histogram) {
    if (total.count() == 0) return;
    entry.histogram = std::make_unique<metrics::HistogramTotal>();
  }
  if (*entry.histogram == total) return;
  *entry.histogram = total;
  changed_blocks_.insert(series / kTotalsPerBlock);
}

void TotalBook::set_sketch(std::uint32_t series, metrics::Total total) {
  metrics::Total& stored = sketches_[series];
  if (stored == total) return;
  stored = std::move(total);
  changed_sketches_.insert(series);
}

std::optional<metrics::Total> TotalBook::find(std::uint32_t series) const {
  if (const auto sketch = sketches_.find(series); sketch != sketches_.end()) return sketch->second;
  if (series >= entries_.size() || !entries_[series].used()) return std::nullopt;
  const Entry& entry = entries_[series];
  metrics::Total total;
  total.steps = entry.steps;
  if (entry.histogram) total.histogram = *entry.histogram;
  return total;
}

void TotalBook::mark_saved() {
  changed_blocks_.clear();
  changed_sketches_.clear();
}

void TotalBook::append_block(std::string& out, std::uint32_t block) const {
  const std::size_t first = std::size_t{block} * kTotalsPerBlock;
  const std::size_t last = std::min(first + kTotalsPerBlock, entries_.size());
  for (std::size_t series = first; series < last; ++series) {
    const Entry& entry = entries_[series];
    if (!entry.used()) continue;
    append_varint(out, (series - first) << 1 | (entry.histogram ? 1 : 0));
    if (entry.histogram) {
      append_histogram_total(out, *entry.histogram);
    } else {
      append_varint(out, entry.steps);
    }
  }
}

std::string TotalBook::sketch_bytes(std::uint32_t series) const {
  return pack_sketch(sketches_.at(series));
}

Result<void> TotalBook::load_block(std::uint32_t block, std::string_view bytes) {
  ByteReader in(bytes);
  while (in.ok() && in.left() > 0) {
    const std::uint64_t code = in.varint();
    if (code >> 1 >= kTotalsPerBlock || block > UINT32_MAX / kTotalsPerBlock) {
      return Error(Errc::Corrupt, "a block of totals is malformed");
    }
    Entry& entry = ensure(block * kTotalsPerBlock + static_cast<std::uint32_t>(code >> 1));
    entry = {};
    if ((code & 1) == 0) {
      entry.steps = in.varint();
      continue;
    }
    entry.histogram = std::make_unique<metrics::HistogramTotal>();
    if (!take_histogram_total(in, *entry.histogram)) {
      return Error(Errc::Corrupt, "a histogram among the totals is malformed");
    }
  }
  if (!in.ok()) return Error(Errc::Corrupt, "a block of totals ends too early");
  return {};
}

Result<void> TotalBook::load_sketch(std::uint32_t series, std::string_view bytes) {
  Result<metrics::Total> total = unpack_sketch(bytes);
  if (!total) return std::move(total).error();
  sketches_[series] = *std::move(total);
  return {};
}

}  // namespace discern::history
