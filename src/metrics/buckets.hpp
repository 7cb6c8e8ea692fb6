#pragma once

// The bucket layout of every histogram, and quantiles over it. Pure.
//
// OpenTelemetry's exponential histogram at scale 3, Prometheus's native schema 3: bucket i holds
// the values in (2^(i/8), 2^((i+1)/8)]. A quantile is answered with the geometric middle of its
// bucket. The relative error of that is at most 2^(1/16) - 1 = 4.43 %, because:
//
// The q-quantile of n values is the one of rank ceil(q n). Buckets are ordered and their counts
// exact, so that value v lies in the first bucket i at which the counts, summed from below, reach
// that rank: 2^(i/8) < v <= 2^((i+1)/8). The answer is m = 2^((i+1/2)/8). So m / v lies in
// [2^(-1/16), 2^(1/16)), and |m - v| / v is below 2^(1/16) - 1 above v and at most 1 - 2^(-1/16) =
// 4.24 % below it.
//
// It does not depend on the distribution, nor on n; and merging adds counts of equal buckets, so
// it holds for merged histograms too. It holds for values from 2^-30 to 2^34 (below).

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace discern::metrics {

inline constexpr int kBucketsPerOctave = 8;
// Values from 2^-30 (about 1 ns) to 2^34 (four hours in µs, 16 GiB in bytes); below counts as
// zero, above in the last bucket.
inline constexpr int kMinExponent = -30;
inline constexpr int kOctaves = 64;

struct Bucket {
  std::int16_t index = 0;  // As in the layout above: from kMinExponent * 8 upwards.
  std::uint64_t count = 0;
  bool operator==(const Bucket&) const = default;
};

// Upper bound of a bucket, inclusive.
double bucket_upper_bound(int index);

struct BucketPosition {
  std::uint32_t octave;  // 0 to kOctaves - 1.
  std::uint32_t step;    // 0 to 7 inside the octave.
};

// Position of a value that is neither NaN nor at or below 2^kMinExponent nor above the layout.
//
// Why it is exact: boundaries belong to the lower bucket, so one unit in the last place is taken
// off first. The top three bits of the mantissa then name one of eight equal cells of the octave,
// each of which holds exactly one boundary 2^((j+1)/8), except the last, which holds none; one
// comparison with it settles the bucket.
inline bool find_bucket(double value, BucketPosition& at) noexcept {
  constexpr std::uint64_t kMantissa = (std::uint64_t{1} << 52) - 1;
  // Mantissas of 2^(1/8) ... 2^(7/8), rounded down to a double, then "never".
  static constexpr std::uint64_t kBoundary[8] = {0x172b83c7d517aull,
                                                 0x306fe0a31b715ull,
                                                 0x4bfdad5362a27ull,
                                                 0x6a09e667f3bccull,
                                                 0x8ace5422aa0dbull,
                                                 0xae89f995ad3adull,
                                                 0xd5818dcfba487ull,
                                                 ~std::uint64_t{0}};
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(value) - 1;
  // A negative value has the sign bit set and lands far above kOctaves, as do NaN and infinity.
  const std::uint64_t octave = (bits >> 52) - static_cast<std::uint64_t>(1023 + kMinExponent);
  if (octave >= kOctaves) return false;
  const std::uint64_t mantissa = bits & kMantissa;
  const auto cell = static_cast<std::uint32_t>(mantissa >> 49);
  at.octave = static_cast<std::uint32_t>(octave);
  at.step = cell + (mantissa >= kBoundary[cell] ? 1u : 0u);
  return true;
}

constexpr int bucket_index(BucketPosition at) {
  return (static_cast<int>(at.octave) + kMinExponent) * kBucketsPerOctave +
         static_cast<int>(at.step);
}

// The q-quantile (0 to 1) of `zero` values of 0 and the buckets, in ascending order of index.
// NaN when there is no value at all.
double quantile(double q, std::uint64_t zero, std::span<const Bucket> buckets);

// Adds `more` to `into`; both are sorted by index and stay so.
void merge_buckets(std::vector<Bucket>& into, std::span<const Bucket> more);
// What `now` has more than `before` (an earlier state of the same histogram).
std::vector<Bucket> subtract_buckets(std::span<const Bucket> now, std::span<const Bucket> before);

}  // namespace discern::metrics
