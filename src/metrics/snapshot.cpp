#include "metrics/snapshot.hpp"

#include <algorithm>
#include <bit>

#include "metrics/registry.hpp"

namespace discern::metrics {

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
      return static_cast<double>(steps(series)) * series.family().step;
    case Kind::Histogram:
      return histogram(series).sum;
    default:
      return std::bit_cast<double>(values_[series.id_]);
  }
}

double Snapshot::lifetime_value(const Series& series) const {
  switch (series.family().kind) {
    case Kind::Counter:
      return static_cast<double>(lifetime_steps(series)) * series.family().step;
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

double Snapshot::lifetime_sum(std::string_view family) const {
  double sum = 0;
  if (const FamilySeries* found = find_family(family)) {
    for (const Series* series : found->series) sum += lifetime_value(*series);
  }
  return sum;
}

}  // namespace discern::metrics
