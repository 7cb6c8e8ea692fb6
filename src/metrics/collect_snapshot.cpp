// Registry::snapshot: reading all cells into an immutable value.

#include <algorithm>
#include <bit>

#include "metrics/registry.hpp"

namespace discern::metrics {
namespace {

constexpr std::size_t kHistogramBuckets = kOctaves * kBucketsPerOctave;

struct Sums {
  std::uint64_t zero = 0;
  double sum = 0;
  std::uint64_t counts[kHistogramBuckets] = {};
};

void add_octave(Sums& sums, const slab::View& view, std::uint32_t octave, std::uint32_t offset) {
  if (offset == 0) return;
  const std::size_t first = offset - kSlots;
  // A latch may be older than the octave.
  if (first + kBucketsPerOctave > view.dynamic_cells) return;
  for (std::uint32_t i = 0; i < kBucketsPerOctave; ++i) {
    sums.counts[octave * kBucketsPerOctave + i] += slab::load(view.dynamic[first + i]);
  }
}

void add_view(Sums& sums, const slab::View& view, std::uint32_t slot) {
  namespace hc = histogram_cells;
  if (slot == kNoSlot || slot + hc::kCells > view.slots) return;
  const std::uint64_t* cells = view.cells + slot;
  sums.zero += slab::load(cells[hc::kZero]);
  sums.sum += std::bit_cast<double>(slab::load(cells[hc::kSum]));
  for (std::uint32_t pair = 0; pair < kOctaves / 2; ++pair) {
    const std::uint64_t offsets = slab::load(cells[hc::kOctave + pair]);
    if (offsets == 0) continue;
    add_octave(sums, view, pair * 2, static_cast<std::uint32_t>(offsets));
    add_octave(sums, view, pair * 2 + 1, static_cast<std::uint32_t>(offsets >> 32));
  }
}

}  // namespace

SnapshotPtr Registry::snapshot(SystemTime now, SteadyTime steady_now, const slab::Latch* latch) {
  Snapshot* into = take_from_pool();
  const std::lock_guard lock(mutex_);
  refresh_layout();
  into->owner_ = this;
  into->time_ = now;
  into->steady_time_ = steady_now;
  into->process_start_ = process_start_;
  into->sequence_ = ++sequence_;
  into->events_.swap(events_);
  events_.clear();
  into->layout_ = layout_;
  into->values_.assign(series_.size(), 0);
  slab::with_views(latch, [&](const std::vector<slab::View>& views) {
    for (const slab::View& view : views) {
      for (const Series* series : counters_) {
        if (series->slot_ == kNoSlot || series->slot_ >= view.slots) continue;
        into->values_[series->id_] += slab::load(view.cells[series->slot_]);
      }
    }
    read_histograms(*into, views);
  });
  for (const Series& series : series_) {
    if (series.gauge_ == nullptr) continue;
    const double value = series.gauge_->load(std::memory_order_relaxed);
    into->values_[series.id_] = std::bit_cast<std::uint64_t>(value);
  }
  return SnapshotPtr(into);
}

void Registry::read_histograms(Snapshot& into, const std::vector<slab::View>& views) {
  into.histograms_.clear();
  into.buckets_.clear();
  Sums sums;
  for (const Series* series : histograms_) {
    sums = {};
    for (const slab::View& view : views) add_view(sums, view, series->slot_);
    const auto first = static_cast<std::uint32_t>(into.buckets_.size());
    std::uint64_t count = sums.zero;
    for (std::size_t i = 0; i < kHistogramBuckets; ++i) {
      if (sums.counts[i] == 0) continue;
      const int index = static_cast<int>(i) + kMinExponent * kBucketsPerOctave;
      into.buckets_.push_back({static_cast<std::int16_t>(index), sums.counts[i]});
      count += sums.counts[i];
    }
    const auto buckets = static_cast<std::uint32_t>(into.buckets_.size()) - first;
    into.histograms_.push_back({count, sums.zero, sums.sum, first, buckets});
  }
}

void Registry::refresh_layout() {
  if (layout_series_ == series_.size() && layout_->size() == families_.size()) return;
  auto layout = std::make_shared<Layout>();
  layout->reserve(families_.size());
  for (const auto& [name, family] : families_) {
    layout->push_back({&family->descriptor_, family->series_});
  }
  layout_ = std::move(layout);
  layout_series_ = series_.size();
}

Snapshot* Registry::take_from_pool() {
  const std::lock_guard lock(pool_mutex_);
  if (pool_.empty()) return new Snapshot;
  Snapshot* snapshot = pool_.back().release();
  pool_.pop_back();
  return snapshot;
}

void Registry::take_back(Snapshot* snapshot) noexcept {
  const std::lock_guard lock(pool_mutex_);
  snapshot->events_.clear();
  pool_.emplace_back(snapshot);
}

}  // namespace discern::metrics
