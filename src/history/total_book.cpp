#include "history/total_book.hpp"

#include <algorithm>
#include <bit>

#include "history/varint.hpp"

namespace discern::history {
namespace {

void append_histogram(std::string& out, const metrics::HistogramTotal& total) {
  append_varint(out, total.zero);
  append_xor(out, std::bit_cast<std::uint64_t>(total.sum));
  append_varint(out, total.buckets.size());
  int last = 0;
  for (const metrics::Bucket& bucket : total.buckets) {
    append_varint(out, zigzag(bucket.index - last));
    append_varint(out, bucket.count);
    last = bucket.index;
  }
}

bool take_histogram(ByteReader& in, metrics::HistogramTotal& total) {
  total.zero = in.varint();
  total.sum = std::bit_cast<double>(in.xor_bits());
  const std::uint64_t buckets = in.varint();
  // Each takes two bytes at least.
  if (buckets > in.left() / 2) return false;
  std::int64_t index = 0;
  for (std::uint64_t i = 0; i < buckets; ++i) {
    const std::int64_t gap = unzigzag(in.varint());
    // Ascending, and within the type.
    if ((i > 0 && gap <= 0) || gap < INT16_MIN || gap > INT16_MAX) return false;
    index += gap;
    if (index > INT16_MAX) return false;
    total.buckets.push_back({static_cast<std::int16_t>(index), in.varint()});
  }
  return in.ok();
}

}  // namespace

TotalBook::Entry& TotalBook::ensure(std::uint32_t series) {
  if (entries_.size() <= series) entries_.resize(series + 1);
  return entries_[series];
}

void TotalBook::set_steps(std::uint32_t series, std::uint64_t steps) {
  Entry& entry = ensure(series);
  if (entry.total.steps == steps) return;
  entry.used = true;
  entry.total.steps = steps;
  changed_.insert(series / kTotalsPerBlock);
}

void TotalBook::set_histogram(std::uint32_t series, const metrics::HistogramTotal& total) {
  Entry& entry = ensure(series);
  if (entry.total.histogram == total) return;
  entry.used = true;
  entry.shape = Shape::Buckets;
  entry.total.histogram = total;
  changed_.insert(series / kTotalsPerBlock);
}

const metrics::Total* TotalBook::find(std::uint32_t series) const {
  return series < entries_.size() && entries_[series].used ? &entries_[series].total : nullptr;
}

void TotalBook::append_block(std::string& out, std::uint32_t block) const {
  const std::size_t first = std::size_t{block} * kTotalsPerBlock;
  const std::size_t last = std::min(first + kTotalsPerBlock, entries_.size());
  for (std::size_t series = first; series < last; ++series) {
    const Entry& entry = entries_[series];
    if (!entry.used) continue;
    const bool buckets = entry.shape == Shape::Buckets;
    append_varint(out, (series - first) << 1 | (buckets ? 1 : 0));
    if (buckets) {
      append_histogram(out, entry.total.histogram);
    } else {
      append_varint(out, entry.total.steps);
    }
  }
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
    entry.used = true;
    entry.shape = code & 1 ? Shape::Buckets : Shape::Steps;
    if (entry.shape == Shape::Steps) {
      entry.total.steps = in.varint();
    } else if (!take_histogram(in, entry.total.histogram)) {
      return Error(Errc::Corrupt, "a histogram among the totals is malformed");
    }
  }
  if (!in.ok()) return Error(Errc::Corrupt, "a block of totals ends too early");
  return {};
}

}  // namespace discern::history
