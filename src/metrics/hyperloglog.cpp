#include "metrics/hyperloglog.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace discern::metrics {
namespace {

// Ertl's sigma: corrects for registers that are still 0.
double sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double y = 1;
  double z = x;
  double before;
  do {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  } while (z != before);
  return z;
}

// Ertl's tau: corrects for registers that can grow no further.
double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double y = 1;
  double z = 1 - x;
  double before;
  do {
    x = std::sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  } while (z != before);
  return z / 3;
}

}  // namespace

double estimate_distinct(std::span<const std::uint8_t, kRegisters> registers) {
  std::array<std::uint32_t, kMaxRank + 1> with_rank{};
  for (const std::uint8_t rank : registers) ++with_rank[std::min(rank, kMaxRank)];
  constexpr double kCount = kRegisters;
  double z = kCount * tau((kCount - with_rank[kMaxRank]) / kCount);
  for (std::size_t rank = kMaxRank - 1; rank >= 1; --rank) z = (z + with_rank[rank]) * 0.5;
  z += kCount * sigma(with_rank[0] / kCount);
  constexpr double kAlpha = 0.721347520444481703680;  // 1 / (2 ln 2)
  return kAlpha * kCount * kCount / z;
}

void HyperLogLog::add(std::uint64_t hash) noexcept {
  const std::size_t which = hash >> (64 - kRegisterBits);
  // The guard bit ends the run of zeros at kMaxRank.
  const std::uint64_t rest = hash << kRegisterBits | std::uint64_t{1} << (kRegisterBits - 1);
  raise(which, static_cast<std::uint8_t>(std::countl_zero(rest) + 1));
}

void HyperLogLog::raise(std::size_t which, std::uint8_t rank) noexcept {
  std::atomic<std::uint64_t>& word = words_[which / kPerWord];
  const auto shift = static_cast<unsigned>(which % kPerWord * 8);
  std::uint64_t old = word.load(std::memory_order_relaxed);
  while ((old >> shift & 0xff) < rank) {
    const std::uint64_t raised = (old & ~(std::uint64_t{0xff} << shift)) | std::uint64_t{rank}
                                                                               << shift;
    if (word.compare_exchange_weak(old, raised, std::memory_order_relaxed)) return;
  }
}

void HyperLogLog::clear() noexcept {
  for (auto& word : words_) word.store(0, std::memory_order_relaxed);
}

bool HyperLogLog::merge(std::string_view registers) noexcept {
  const auto is_rank = [](char c) { return static_cast<std::uint8_t>(c) <= kMaxRank; };
  if (registers.size() != kRegisters) return false;
  if (!std::all_of(registers.begin(), registers.end(), is_rank)) return false;
  for (std::size_t i = 0; i < kRegisters; ++i) raise(i, static_cast<std::uint8_t>(registers[i]));
  return true;
}

void HyperLogLog::copy_to(std::span<std::uint8_t, kRegisters> out) const noexcept {
  static_assert(std::endian::native == std::endian::little);
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const std::uint64_t word = words_[i].load(std::memory_order_relaxed);
    std::memcpy(out.data() + i * kPerWord, &word, kPerWord);
  }
}

}  // namespace discern::metrics
