#include "metrics/instruments.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace discern::metrics::histogram_cells {
namespace {

static_assert(kNoSlot + kCells <= kSinkSlots, "an empty handle must not count in other's cells");

// The cell of the octave's first count, taking room for it when this slab has none yet. Null when
// the dynamic part is used up: that value then counts in the zero bucket, so that the count of the
// histogram stays right.
std::uint64_t* ensure_octave(std::uint64_t* cells, std::uint32_t slot, std::uint32_t octave) {
  std::uint64_t& pair = cells[slot + kOctave + octave / 2];
  const std::uint64_t old = slab::load(pair);
  const std::uint32_t shift = octave % 2 * 32;
  auto offset = static_cast<std::uint32_t>(old >> shift);
  if (offset == 0) {
    offset = slab::take_dynamic(cells, kBucketsPerOctave);
    if (offset == 0) return nullptr;
    // Fresh cells are zero, so a reader that sees the offset early reads zeros.
    slab::store(pair, old | (std::uint64_t{offset} << shift));
    std::uint64_t& used = cells[slot + kUsed];
    slab::store(used, slab::load(used) | (std::uint64_t{1} << octave));
  }
  return cells + offset;
}

void observe_in(std::uint64_t* cells, std::uint32_t slot, double value) {
  BucketPosition at{};
  std::uint64_t* count = &cells[slot + kZero];
  if (find_bucket(value, at)) {
    if (std::uint64_t* octave = ensure_octave(cells, slot, at.octave)) count = octave + at.step;
  } else if (value > 1) {
    at = {kOctaves - 1, kBucketsPerOctave - 1};
    if (std::uint64_t* octave = ensure_octave(cells, slot, at.octave)) count = octave + at.step;
  }
  slab::store(*count, slab::load(*count) + 1);
  std::uint64_t& sum = cells[slot + kSum];
  const double more = std::bit_cast<double>(slab::load(sum)) + value;
  // A sum that is infinite once says nothing any more.
  if (std::isfinite(more)) slab::store(sum, std::bit_cast<std::uint64_t>(more));
}

}  // namespace

void observe_slow(std::uint32_t slot, double value) noexcept {
  if (slot == kNoSlot || std::isnan(value)) return;
  value = std::max(value, 0.0);
  if (std::uint64_t* cells = slab::acquire()) return observe_in(cells, slot, value);
  slab::with_shared([&](std::uint64_t* cells) { observe_in(cells, slot, value); });
}

}  // namespace discern::metrics::histogram_cells
