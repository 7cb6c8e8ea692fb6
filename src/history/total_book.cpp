#include "history/total_book.hpp"

#include <algorithm>

#include "history/total_codec.hpp"
#include "history/varint.hpp"

namespace discern::history {

TotalBook::Entry& TotalBook::ensure(std::uint32_t series) {
  const std::uint32_t number = series / kTotalsPerBlock;
  if (last_ == nullptr || number != last_number_) {
    std::unique_ptr<Block>& block = blocks_[number];
    if (!block) block = std::make_unique<Block>();
    last_ = block.get();
    last_number_ = number;
  }
  return (*last_)[series % kTotalsPerBlock];
}

const TotalBook::Entry* TotalBook::find_entry(std::uint32_t series) const {
  const auto block = blocks_.find(series / kTotalsPerBlock);
  return block == blocks_.end() ? nullptr : &(*block->second)[series % kTotalsPerBlock];
}

void TotalBook::mark_all_changed() {
  for (const auto& [number, block] : blocks_) changed_blocks_.insert(number);
  for (const auto& [series, total] : sketches_) changed_sketches_.insert(series);
}

void TotalBook::raise(std::uint32_t series, std::uint64_t steps) {
  const Entry* known = find_entry(series);
  if (known == nullptr || known->steps < steps) set_steps(series, steps);
}

void TotalBook::raise(std::uint32_t series, const metrics::HistogramTotal& total) {
  const Entry* known = find_entry(series);
  if (known == nullptr || !known->histogram || known->histogram->count() < total.count()) {
    set_histogram(series, total);
  }
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
  const Entry* entry = find_entry(series);
  if (entry == nullptr || !entry->used()) return std::nullopt;
  metrics::Total total;
  total.steps = entry->steps;
  if (entry->histogram) total.histogram = *entry->histogram;
  return total;
}

void TotalBook::mark_saved() {
  changed_blocks_.clear();
  changed_sketches_.clear();
}

void TotalBook::append_block(std::string& out, std::uint32_t block) const {
  const auto found = blocks_.find(block);
  if (found == blocks_.end()) return;
  for (std::size_t place = 0; place < kTotalsPerBlock; ++place) {
    const Entry& entry = (*found->second)[place];
    if (!entry.used()) continue;
    append_varint(out, place << 1 | (entry.histogram ? 1 : 0));
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
  if (block > UINT32_MAX / kTotalsPerBlock) return Error(Errc::Corrupt, "totals of no series");
  ByteReader in(bytes);
  while (in.ok() && in.left() > 0) {
    const std::uint64_t code = in.varint();
    if (code >> 1 >= kTotalsPerBlock) {
      return Error(Errc::Corrupt, "a block of totals is malformed");
    }
    Entry read;
    if ((code & 1) == 0) {
      read.steps = in.varint();
    } else {
      read.histogram = std::make_unique<metrics::HistogramTotal>();
      if (!take_histogram_total(in, *read.histogram)) {
        return Error(Errc::Corrupt, "a histogram among the totals is malformed");
      }
    }
    if (!in.ok()) break;
    ensure(block * kTotalsPerBlock + static_cast<std::uint32_t>(code >> 1)) = std::move(read);
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
