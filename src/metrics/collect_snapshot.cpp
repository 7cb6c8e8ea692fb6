// Registry::snapshot: reading all cells into an immutable value.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "metrics/registry.hpp"

namespace discern::metrics {
namespace {

// The counts of one histogram over all slabs. Only octaves that some thread used are read, added
// and cleared: an idle histogram costs one load a slab.
class HistogramSums {
 public:
  void add(const slab::View& view, std::uint32_t slot) {
    namespace hc = histogram_cells;
    if (slot == kNoSlot || slot + hc::kCells > view.slots) return;
    const std::uint64_t* cells = view.cells + slot;
    zero += slab::load(cells[hc::kZero]);
    sum += std::bit_cast<double>(slab::load(cells[hc::kSum]));
    for (std::uint64_t left = slab::load(cells[hc::kUsed]); left != 0; left &= left - 1) {
      const auto octave = static_cast<std::uint32_t>(std::countr_zero(left));
      const std::uint64_t pair = slab::load(cells[hc::kOctave + octave / 2]);
      add_octave(view, octave, static_cast<std::uint32_t>(pair >> (octave % 2 * 32)));
    }
  }

  // Appends the buckets that hold something, ascending, and forgets everything.
  std::uint64_t drain(std::vector<Bucket>& out) {
    std::uint64_t count = zero;
    for (std::uint64_t left = used_; left != 0; left &= left - 1) {
      const auto octave = static_cast<std::size_t>(std::countr_zero(left));
      for (std::size_t step = 0; step < kBucketsPerOctave; ++step) {
        std::uint64_t& bucket = counts_[octave * kBucketsPerOctave + step];
        if (bucket == 0) continue;
        const BucketPosition at{static_cast<std::uint32_t>(octave),
                                static_cast<std::uint32_t>(step)};
        out.push_back({static_cast<std::int16_t>(bucket_index(at)), bucket});
        count += bucket;
        bucket = 0;
      }
    }
    used_ = 0;
    zero = 0;
    sum = 0;
    return count;
  }

  std::uint64_t zero = 0;
  double sum = 0;

 private:
  void add_octave(const slab::View& view, std::uint32_t octave, std::uint32_t offset) {
    if (offset == 0) return;
    const std::size_t first = offset - kSlots;
    // A latch may be older than the octave.
    if (first + kBucketsPerOctave > view.dynamic_cells) return;
    used_ |= std::uint64_t{1} << octave;
    for (std::uint32_t i = 0; i < kBucketsPerOctave; ++i) {
      counts_[octave * kBucketsPerOctave + i] += slab::load(view.dynamic[first + i]);
    }
  }

  std::uint64_t used_ = 0;
  std::array<std::uint64_t, kOctaves * kBucketsPerOctave> counts_{};
};

}  // namespace

SnapshotPtr Registry::snapshot(SystemTime now, SteadyTime steady_now, const slab::Latch* latch) {
  const std::lock_guard one_at_a_time(snapshot_mutex_);
  const SnapshotPtr made(take_from_pool());
  auto& into = const_cast<Snapshot&>(*made);
  into.owner_ = this;
  into.time_ = now;
  into.steady_time_ = steady_now;
  into.sequence_ = ++sequence_;
  {
    const std::lock_guard lock(mutex_);
    refresh_plan();
    into.process_start_ = process_start_;
    into.events_.swap(events_);
    events_.clear();
    read_exemplars(into);
  }
  // From here on producers may create series; these are in the next snapshot.
  into.layout_ = std::shared_ptr<const Layout>(plan_, &plan_->layout);
  slab::list_views(latch, views_);
  into.values_.assign(plan_->series, 0);
  read_counters(into);
  for (const ReadPlan::GaugeSource& gauge : plan_->gauges) {
    double value = gauge.cell->load(std::memory_order_relaxed);
    if (is_unset(value)) value = std::numeric_limits<double>::quiet_NaN();
    into.values_[gauge.id] = std::bit_cast<std::uint64_t>(value);
  }
  read_histograms(into);
  read_distincts(into);
  read_topks(into);
  return made;
}

void Registry::read_counters(Snapshot& into) const {
  for (const slab::View& view : views_) {
    for (const ReadPlan::Run& run : plan_->counters) {
      if (run.slot >= view.slots) continue;
      const std::size_t size = std::min<std::size_t>(run.size, view.slots - run.slot);
      const std::uint64_t* cells = view.cells + run.slot;
      std::uint64_t* values = into.values_.data() + run.id;
      for (std::size_t i = 0; i < size; ++i) values[i] += slab::load(cells[i]);
    }
  }
}

void Registry::read_histograms(Snapshot& into) const {
  into.histograms_.clear();
  into.buckets_.clear();
  HistogramSums sums;
  for (const std::uint32_t slot : plan_->histograms) {
    for (const slab::View& view : views_) sums.add(view, slot);
    const auto first = static_cast<std::uint32_t>(into.buckets_.size());
    const std::uint64_t zero = sums.zero;
    const double sum = sums.sum;
    const std::uint64_t count = sums.drain(into.buckets_);
    const auto buckets = static_cast<std::uint32_t>(into.buckets_.size()) - first;
    into.histograms_.push_back({count, zero, sum, first, buckets});
  }
}

void Registry::read_distincts(Snapshot& into) const {
  into.registers_.resize(plan_->distincts.size() * kRegisters);
  into.key_tags_.clear();
  std::uint8_t* next = into.registers_.data();
  for (const ReadPlan::DistinctSource& source : plan_->distincts) {
    const std::span<std::uint8_t, kRegisters> registers(next, kRegisters);
    into.key_tags_.push_back(tag_of(source.cell->key()));
    source.cell->sketch().copy_to(registers);
    const double estimate = std::round(estimate_distinct(registers));
    into.values_[source.id] = std::bit_cast<std::uint64_t>(estimate);
    next += kRegisters;
  }
}

void Registry::read_topks(Snapshot& into) {
  into.topks_.clear();
  into.items_.clear();
  into.item_names_.clear();
  name_sizes_.clear();
  for (const ReadPlan::TopKSource& source : plan_->topks) {
    const auto first = static_cast<std::uint32_t>(into.items_.size());
    std::uint64_t key_tag = 0;
    source.cell->read([&](const SpaceSaving& items, std::uint64_t tag) {
      key_tag = tag;
      for (const TopKEntry& entry : items.entries()) {
        // The view is made below, when the names stay where they are.
        into.items_.push_back({{}, entry.count - entry.error, entry.error});
        into.item_names_.append(entry.item);
        name_sizes_.push_back(static_cast<std::uint32_t>(entry.item.size()));
      }
      into.values_[source.id] = items.total();
    });
    const auto count = static_cast<std::uint32_t>(into.items_.size()) - first;
    into.topks_.push_back({into.values_[source.id], key_tag, first, count});
  }
  const char* name = into.item_names_.data();
  for (std::size_t i = 0; i < into.items_.size(); ++i) {
    into.items_[i].item = {name, name_sizes_[i]};
    name += name_sizes_[i];
  }
  for (const Snapshot::StoredTopK& topk : into.topks_) {
    const auto begin = into.items_.begin() + topk.first_item;
    std::sort(begin, begin + topk.item_count, [](const TopKItem& a, const TopKItem& b) {
      return a.count != b.count ? a.count > b.count : a.item < b.item;
    });
  }
}

void Registry::read_exemplars(Snapshot& into) {
  std::size_t n = 0;
  for (const auto& [slot, by_octave] : exemplars_) n += by_octave.size();
  into.exemplars_.resize(n);
  auto next = into.exemplars_.begin();
  for (const auto& [slot, by_octave] : exemplars_) {
    for (const auto& [octave, exemplar] : by_octave) *next++ = exemplar;
  }
  std::sort(into.exemplars_.begin(), into.exemplars_.end(), [](const auto& a, const auto& b) {
    return a.series != b.series ? a.series < b.series : a.value < b.value;
  });
}

Snapshot* Registry::take_from_pool() {
  const std::lock_guard lock(pool_mutex_);
  if (pool_.empty()) {
    // Giving back must not allocate: it happens on whichever thread lets go last.
    pool_.reserve(++snapshots_made_);
    return new Snapshot;
  }
  Snapshot* snapshot = pool_.back().release();
  pool_.pop_back();
  return snapshot;
}

void Registry::take_back(Snapshot* snapshot) noexcept {
  snapshot->events_.clear();
  // Or an idle snapshot would keep the layout of a smaller registry alive.
  snapshot->layout_.reset();
  std::unique_ptr<Snapshot> held(snapshot);
  const std::lock_guard lock(pool_mutex_);
  try {
    pool_.push_back(std::move(held));
  } catch (const std::bad_alloc&) {
    // Without memory for the pool to grow, the snapshot ends here.
  }
}

}  // namespace discern::metrics
