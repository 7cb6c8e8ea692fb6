#include "metrics/exponential.hpp"

#include <cmath>

namespace discern::metrics {

static_assert(kBucketsPerOctave == 8, "scale 3 is eight buckets an octave");

void to_exponential(const HistogramView& view, ExponentialHistogram& out) {
  out.scale = 3;
  out.count = view.count;
  out.sum = view.sum;
  out.zero_count = view.zero;
  out.zero_threshold = std::exp2(kMinExponent);
  out.offset = 0;
  out.counts.clear();
  if (view.buckets.empty()) return;
  out.offset = view.buckets.front().index;
  out.counts.resize(static_cast<std::size_t>(view.buckets.back().index - out.offset + 1));
  for (const Bucket& bucket : view.buckets) {
    out.counts[static_cast<std::size_t>(bucket.index - out.offset)] = bucket.count;
  }
}

}  // namespace discern::metrics
