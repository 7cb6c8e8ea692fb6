#pragma once

// How many different values were seen, in 4 KiB and without keeping one of them: HyperLogLog with
// the estimator of Otmar Ertl ("New cardinality estimation algorithms for HyperLogLog sketches",
// 2017), which needs no tables of corrections and is unbiased from 0 upwards.
//
// The standard error is 1.04 / sqrt(4096) = 1.63 %: two estimates in three are within 1.63 % of the
// truth, 997 in 1,000 within 4.9 %. Small counts are better: below 100 they are nearly exact.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace discern::metrics {

inline constexpr int kRegisterBits = 12;
inline constexpr std::size_t kRegisters = std::size_t{1} << kRegisterBits;
// Larger ranks cannot come from a 64-bit hash.
inline constexpr std::uint8_t kMaxRank = 64 - kRegisterBits + 1;

// Of the values whose hashes made these registers. Bytes above kMaxRank count as that. Pure.
double estimate_distinct(std::span<const std::uint8_t, kRegisters> registers);

// Registers shared by all threads: wait-free to read, and an add writes only when its register
// grows, which soon becomes rare, so that the lines stay shared.
class HyperLogLog {
 public:
  // `hash` must be uniform over all 64 bits.
  void add(std::uint64_t hash) noexcept;
  void clear() noexcept;
  // Takes the larger of each pair. Refuses (false) what is not kRegisters bytes of ranks.
  bool merge(std::string_view registers) noexcept;
  void copy_to(std::span<std::uint8_t, kRegisters> out) const noexcept;

 private:
  static constexpr std::size_t kPerWord = 8;
  void raise(std::size_t which, std::uint8_t rank) noexcept;

  std::array<std::atomic<std::uint64_t>, kRegisters / kPerWord> words_{};
};

}  // namespace discern::metrics
