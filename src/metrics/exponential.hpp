#pragma once

// A histogram as OTLP's ExponentialHistogramDataPoint wants it. Pure.

#include <cstdint>
#include <vector>

#include "metrics/snapshot.hpp"

namespace discern::metrics {

// Bucket i of `counts` holds the values in (2^((offset + i) / 8), 2^((offset + i + 1) / 8)]: our
// own buckets, one for one. Values beyond 2^34 are in the last one. There are no negative values.
struct ExponentialHistogram {
  std::int32_t scale = 3;
  std::uint64_t count = 0;
  double sum = 0;
  std::uint64_t zero_count = 0;
  double zero_threshold = 0;  // Values up to here are in zero_count.
  std::int32_t offset = 0;
  std::vector<std::uint64_t> counts;  // Without empty ones at either end.
};

// Fills `out`, whose memory is reused.
void to_exponential(const HistogramView& view, ExponentialHistogram& out);

}  // namespace discern::metrics
