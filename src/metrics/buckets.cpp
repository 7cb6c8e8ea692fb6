#include "metrics/buckets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace discern::metrics {

double bucket_upper_bound(int index) {
  return std::exp2(static_cast<double>(index + 1) / kBucketsPerOctave);
}

double quantile(double q, std::uint64_t zero, std::span<const Bucket> buckets) {
  std::uint64_t total = zero;
  for (const Bucket& bucket : buckets) total += bucket.count;
  if (total == 0) return std::numeric_limits<double>::quiet_NaN();
  // The smallest value with at least q of all values at or below it.
  const double wanted = std::clamp(q, 0.0, 1.0) * static_cast<double>(total);
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(wanted)));
  if (rank <= zero) return 0;
  std::uint64_t seen = zero;
  for (const Bucket& bucket : buckets) {
    seen += bucket.count;
    if (seen >= rank) return std::exp2((bucket.index + 0.5) / kBucketsPerOctave);
  }
  return bucket_upper_bound(buckets.back().index);
}

void merge_buckets(std::vector<Bucket>& into, std::span<const Bucket> more) {
  std::vector<Bucket> merged;
  merged.reserve(into.size() + more.size());
  auto a = into.begin();
  auto b = more.begin();
  while (a != into.end() || b != more.end()) {
    if (b == more.end() || (a != into.end() && a->index < b->index)) {
      merged.push_back(*a++);
    } else if (a == into.end() || b->index < a->index) {
      merged.push_back(*b++);
    } else {
      merged.push_back({a->index, a->count + b->count});
      ++a;
      ++b;
    }
  }
  into = std::move(merged);
}

std::vector<Bucket> subtract_buckets(std::span<const Bucket> now, std::span<const Bucket> before) {
  std::vector<Bucket> difference;
  auto b = before.begin();
  for (const Bucket& bucket : now) {
    while (b != before.end() && b->index < bucket.index) ++b;
    const std::uint64_t old = b != before.end() && b->index == bucket.index ? b->count : 0;
    if (bucket.count > old) difference.push_back({bucket.index, bucket.count - old});
  }
  return difference;
}

}  // namespace discern::metrics
