#pragma once

// Where counters and histograms count: cells of the calling thread's slab. Part of the ABI: the
// host asserts that its own layout is this one.

#include <bit>
#include <cstdint>

namespace discern::plugin::cells {

// Buckets: eight per octave, from 2^-30 to 2^34; bucket i of an octave ends at 2^((i+1)/8).
inline constexpr int kBucketsPerOctave = 8;
inline constexpr int kMinExponent = -30;
inline constexpr int kOctaves = 64;

// A histogram's cells, from its slot on: sum (a double's bits), values at or below 2^-30, then one
// cell for each two octaves with two 32-bit indices (0: none yet) of the octave's eight counts.
inline constexpr std::uint32_t kSum = 0;
inline constexpr std::uint32_t kZero = 1;
inline constexpr std::uint32_t kOctave = 8;

struct Position {
  std::uint32_t octave;
  std::uint32_t step;
};

// False for what the layout does not hold: zero, negative, tiny, huge, NaN. Boundaries belong to
// the lower bucket, so one unit in the last place is taken off first; the top three bits of the
// mantissa then leave one boundary to compare with.
inline bool find_position(double value, Position& at) noexcept {
  constexpr std::uint64_t kMantissa = (std::uint64_t{1} << 52) - 1;
  constexpr std::uint64_t kBoundary[8] = {0x172b83c7d517aull,
                                          0x306fe0a31b715ull,
                                          0x4bfdad5362a27ull,
                                          0x6a09e667f3bccull,
                                          0x8ace5422aa0dbull,
                                          0xae89f995ad3adull,
                                          0xd5818dcfba487ull,
                                          ~std::uint64_t{0}};
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(value) - 1;
  const std::uint64_t octave = (bits >> 52) - static_cast<std::uint64_t>(1023 + kMinExponent);
  if (octave >= kOctaves) return false;
  const std::uint64_t mantissa = bits & kMantissa;
  const auto cell = static_cast<std::uint32_t>(mantissa >> 49);
  at.octave = static_cast<std::uint32_t>(octave);
  at.step = cell + (mantissa >= kBoundary[cell] ? 1u : 0u);
  return true;
}

}  // namespace discern::plugin::cells
