#pragma once

// Handles: what a producer holds to count. Cheap to copy, safe from every thread, safe when they
// outlive the plugin that made them, and harmless when made empty.

#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>

#include "metrics/buckets.hpp"
#include "metrics/slab.hpp"

namespace discern::metrics {

// Only goes up. Wait-free; about the cost of a plain increment.
class Counter {
 public:
  Counter() = default;
  explicit Counter(std::uint32_t slot) : slot_(slot) {}

  // `n` in steps of the family (nanoseconds for CPU seconds, otherwise 1).
  void add(std::uint64_t n = 1) const noexcept {
    if (std::uint64_t* cells = discern_thread_slab) [[likely]] {
      std::uint64_t& cell = cells[slot_];
      slab::store(cell, slab::load(cell) + n);
    } else {
      slab::add_first(slot_, n);
    }
  }
  void add(std::chrono::nanoseconds d) const noexcept {
    if (d.count() > 0) add(static_cast<std::uint64_t>(d.count()));
  }
  std::uint32_t slot() const { return slot_; }

 private:
  std::uint32_t slot_ = kNoSlot;
};

// What the cell of a gauge holds before anything set it: snapshots show it as NaN, unknown. It is
// -0.0 because plugins write to cells themselves, and -0.0 plus any amount is that amount.
inline constexpr double kUnset = -0.0;
constexpr bool is_unset(double cell) {
  return std::bit_cast<std::uint64_t>(cell) == std::bit_cast<std::uint64_t>(kUnset);
}

// The last value set, by whichever thread; no sample before the first. The cell is the registry's
// and lives as long as it.
class Gauge {
 public:
  Gauge() = default;
  explicit Gauge(std::atomic<double>* cell) : cell_(cell) {}

  void set(double value) const noexcept {
    // Adding zero makes a -0.0 that was computed a plain zero.
    if (cell_ != nullptr) cell_->store(value + 0.0, std::memory_order_relaxed);
  }
  void add(double amount) const noexcept {
    if (cell_ == nullptr) return;
    double old = cell_->load(std::memory_order_relaxed);
    while (!cell_->compare_exchange_weak(old, old + amount, std::memory_order_relaxed)) {
    }
  }
  std::atomic<double>* cell() const { return cell_; }

 private:
  std::atomic<double>* cell_ = nullptr;
};

// Layout of a histogram's cells in a slab, and the way into it.
namespace histogram_cells {
inline constexpr std::uint32_t kSum = 0;   // A double's bits.
inline constexpr std::uint32_t kZero = 1;  // Values at or below 2^kMinExponent.
inline constexpr std::uint32_t kUsed = 2;  // Bit n: octave n has counts.
// Two octaves share a cell: 32 bits each, 0 or where the octave's eight counts begin.
inline constexpr std::uint32_t kOctave = 8;
inline constexpr std::uint32_t kCells = kOctave + kOctaves / 2;

// Everything but the usual case: first value in an octave, out of range, no slab, an empty handle
// (whose octaves are never made, so that it always comes here).
[[gnu::cold]] void observe_slow(std::uint32_t slot, double value) noexcept;
}  // namespace histogram_cells

// Counts values in exponential buckets (buckets.hpp). Wait-free. Values are in the family's base
// unit: seconds, bytes. NaN is ignored; negative values count as zero; values above the layout
// count in its last bucket, and in the sum as long as that stays finite. A snapshot taken in the
// middle of an observe may have its count without its share of the sum; the next one has both.
class Histogram {
 public:
  Histogram() = default;
  explicit Histogram(std::uint32_t slot) : slot_(slot) {}

  void observe(double value) const noexcept {
    namespace hc = histogram_cells;
    std::uint64_t* cells = discern_thread_slab;
    const std::uint32_t slot = slot_;
    BucketPosition at;
    if (cells == nullptr || !find_bucket(value, at)) [[unlikely]] {
      return hc::observe_slow(slot, value);
    }
    const std::uint64_t pair = slab::load(cells[slot + hc::kOctave + at.octave / 2]);
    const auto offset = static_cast<std::uint32_t>(pair >> (at.octave % 2 * 32));
    if (offset == 0) [[unlikely]]
      return hc::observe_slow(slot, value);
    std::uint64_t& count = cells[offset + at.step];
    slab::store(count, slab::load(count) + 1);
    std::uint64_t& sum = cells[slot + hc::kSum];
    slab::store(sum, std::bit_cast<std::uint64_t>(std::bit_cast<double>(slab::load(sum)) + value));
  }
  void observe(std::chrono::nanoseconds d) const noexcept {
    observe(std::chrono::duration<double>(d).count());
  }
  std::uint32_t slot() const { return slot_; }

 private:
  std::uint32_t slot_ = kNoSlot;
};

}  // namespace discern::metrics
