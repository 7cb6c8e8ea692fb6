#include "metrics/snapshot.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "metrics/hyperloglog.hpp"
#include "metrics/registry.hpp"

namespace discern::metrics {
namespace {

// Dividing by 1e9 gives the double nearest to the exact value; multiplying by 1e-9 often does not.
double in_unit(std::uint64_t steps, const Descriptor& family) {
  if (family.step == 1) return static_cast<double>(steps);
  const double per_unit = std::round(1 / family.step);
  if (1 / per_unit == family.step) return static_cast<double>(steps) / per_unit;
  return static_cast<double>(steps) * family.step;
}

}  // namespace

std::uint64_t TopKView::other(std::size_t n) const {
  std::uint64_t shown = 0;
  for (const TopKItem& item : top(n)) shown += item.count;
  return total - std::min(total, shown);
}

void intrusive_ptr_release(const Snapshot* snapshot) noexcept {
  if (snapshot->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    snapshot->owner_->take_back(const_cast<Snapshot*>(snapshot));
  }
}

const FamilySeries* Snapshot::find_family(std::string_view name) const {
  const auto at = std::lower_bound(
      layout_->begin(), layout_->end(), name, [](const FamilySeries& f, std::string_view n) {
        return f.family->name < n;
      });
  return at != layout_->end() && at->family->name == name ? &*at : nullptr;
}

double Snapshot::value(const Series& series) const {
  switch (series.family().kind) {
    case Kind::Counter:
    case Kind::TopK:
      return in_unit(steps(series), series.family());
    case Kind::Histogram:
      return histogram(series).sum;
    default:
      return std::bit_cast<double>(values_[series.id_]);
  }
}

double Snapshot::lifetime_value(const Series& series) const {
  switch (series.family().kind) {
    case Kind::Counter:
      return in_unit(lifetime_steps(series), series.family());
    case Kind::Histogram:
      return histogram(series).sum + (series.base() ? series.base()->histogram.sum : 0);
    default:
      return value(series);
  }
}

std::uint64_t Snapshot::lifetime_steps(const Series& series) const {
  return steps(series) + (series.base() ? series.base()->steps : 0);
}

HistogramView Snapshot::histogram(const Series& series) const {
  const StoredHistogram& stored = histograms_[series.place_];
  return {stored.count,
          stored.zero,
          stored.sum,
          std::span(buckets_).subspan(stored.first_bucket, stored.bucket_count)};
}

HistogramTotal Snapshot::lifetime_histogram(const Series& series) const {
  const HistogramView now = histogram(series);
  HistogramTotal total{now.zero, now.sum, {now.buckets.begin(), now.buckets.end()}};
  if (const Total* base = series.base()) {
    total.zero += base->histogram.zero;
    total.sum += base->histogram.sum;
    merge_buckets(total.buckets, base->histogram.buckets);
  }
  return total;
}

std::span<const Exemplar> Snapshot::exemplars(const Series& series) const {
  struct BySeries {
    bool operator()(const Exemplar& e, std::uint32_t id) const { return e.series < id; }
    bool operator()(std::uint32_t id, const Exemplar& e) const { return id < e.series; }
  };
  const auto [begin, end] =
      std::equal_range(exemplars_.begin(), exemplars_.end(), series.id_, BySeries{});
  return {begin, end};
}

TopKView Snapshot::topk(const Series& series) const {
  const StoredTopK& stored = topks_[series.place_];
  return {stored.total, std::span(items_).subspan(stored.first_item, stored.item_count)};
}

std::span<const std::uint8_t> Snapshot::registers(const Series& series) const {
  return std::span(registers_).subspan(series.place_ * kRegisters, kRegisters);
}

Total Snapshot::lifetime_total(const Series& series) const {
  Total total;
  switch (series.family().kind) {
    case Kind::Counter:
      total.steps = lifetime_steps(series);
      break;
    case Kind::Gauge:
      break;
    case Kind::Histogram:
      total.histogram = lifetime_histogram(series);
      break;
    case Kind::Distinct: {
      const auto bytes = registers(series);
      total.key_tag = key_tags_[series.place_];
      total.distinct.registers.assign(bytes.begin(), bytes.end());
      break;
    }
    case Kind::TopK: {
      const TopKView now = topk(series);
      total.key_tag = topks_[series.place_].key_tag;
      total.topk.total = now.total;
      for (const TopKItem& item : now.items) {
        total.topk.entries.push_back({std::string(item.item), item.count + item.error, item.error});
      }
      break;
    }
  }
  return total;
}

std::uint64_t Snapshot::steps_since(const Snapshot& before, const Series& series) const {
  const std::uint64_t old = series.id_ < before.series_count() ? before.steps(series) : 0;
  const std::uint64_t now = steps(series);
  // A latched cut may be older than the unlatched snapshot before it.
  return now - std::min(now, old);
}

HistogramTotal Snapshot::histogram_since(const Snapshot& before, const Series& series) const {
  const HistogramView now = histogram(series);
  HistogramView old;
  if (series.id_ < before.series_count()) old = before.histogram(series);
  return {now.zero - std::min(now.zero, old.zero),
          now.sum - old.sum,
          subtract_buckets(now.buckets, old.buckets)};
}

std::size_t Snapshot::bytes() const {
  std::size_t bytes = sizeof *this + item_names_.capacity() + registers_.capacity();
  bytes += (values_.capacity() + key_tags_.capacity()) * sizeof(std::uint64_t);
  bytes += histograms_.capacity() * sizeof(StoredHistogram) + buckets_.capacity() * sizeof(Bucket);
  bytes += topks_.capacity() * sizeof(StoredTopK) + items_.capacity() * sizeof(TopKItem);
  return bytes + exemplars_.capacity() * sizeof(Exemplar) + events_.capacity() * sizeof(Event);
}

double Snapshot::lifetime_sum(std::string_view family) const {
  double sum = 0;
  if (const FamilySeries* found = find_family(family)) {
    for (const Series* series : found->series) {
      const double value = lifetime_value(*series);
      if (!std::isnan(value)) sum += value;
    }
  }
  return sum;
}

}  // namespace discern::metrics
