#include "metrics/hyperloglog.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "metrics/keyed_hash.hpp"

namespace discern::metrics {
namespace {

using Registers = std::array<std::uint8_t, kRegisters>;

std::uint64_t hash_of(std::uint64_t seed, std::uint64_t value) {
  return keyed_hash({seed, ~seed}, {reinterpret_cast<const char*>(&value), sizeof value});
}

double estimate(const HyperLogLog& sketch) {
  Registers registers;
  sketch.copy_to(registers);
  return estimate_distinct(registers);
}

std::string text_of(const HyperLogLog& sketch) {
  Registers registers;
  sketch.copy_to(registers);
  return {registers.begin(), registers.end()};
}

TEST(HyperLogLog, ErrsByItsStandardErrorAtEverySize) {
  constexpr double kStandardError = 1.04 / 64;
  constexpr int kTrials = 30;
  for (const std::uint64_t size : {100u, 1000u, 5000u, 12'000u, 30'000u, 100'000u}) {
    double squares = 0;
    double bias = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      HyperLogLog sketch;
      const auto seed = static_cast<std::uint64_t>(trial) * 977 + size;
      for (std::uint64_t i = 0; i < size; ++i) sketch.add(hash_of(seed, i));
      const double error = estimate(sketch) / static_cast<double>(size) - 1;
      EXPECT_LT(std::abs(error), 5 * kStandardError) << size;
      squares += error * error;
      bias += error;
    }
    // With 30 trials the measured deviation is itself uncertain by an eighth.
    EXPECT_LT(std::sqrt(squares / kTrials), kStandardError * 1.4) << size;
    EXPECT_LT(std::abs(bias / kTrials), kStandardError * 0.7) << size;
  }
}

TEST(HyperLogLog, IsNearlyExactForSmallCounts) {
  for (const std::uint64_t size : {0u, 1u, 2u, 5u, 10u, 40u}) {
    HyperLogLog sketch;
    for (std::uint64_t i = 0; i < size; ++i) sketch.add(hash_of(1, i));
    EXPECT_NEAR(
        estimate(sketch), static_cast<double>(size), 0.02 * static_cast<double>(size) + 0.1);
  }
}

TEST(HyperLogLog, CountsAValueOnce) {
  HyperLogLog sketch;
  for (int round = 0; round < 10; ++round) {
    for (std::uint64_t i = 0; i < 1000; ++i) sketch.add(hash_of(2, i));
  }
  EXPECT_NEAR(estimate(sketch), 1000, 60);
}

TEST(HyperLogLog, AMergeIsTheSketchOfBothStreams) {
  HyperLogLog a;
  HyperLogLog b;
  HyperLogLog both;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    if (i < 2000) a.add(hash_of(3, i));
    if (i >= 1000) b.add(hash_of(3, i));
    both.add(hash_of(3, i));
  }
  ASSERT_TRUE(a.merge(text_of(b)));
  EXPECT_EQ(text_of(a), text_of(both));
}

TEST(HyperLogLog, RefusesWhatIsNoSketch) {
  HyperLogLog sketch;
  EXPECT_FALSE(sketch.merge(""));
  EXPECT_FALSE(sketch.merge(std::string(kRegisters - 1, '\0')));
  EXPECT_FALSE(sketch.merge(std::string(kRegisters, '\x7f')));
  EXPECT_EQ(estimate(sketch), 0);
}

TEST(HyperLogLog, SurvivesFullRegisters) {
  HyperLogLog sketch;
  ASSERT_TRUE(sketch.merge(std::string(kRegisters, static_cast<char>(kMaxRank))));
  EXPECT_GT(estimate(sketch), 1e15);
}

}  // namespace
}  // namespace discern::metrics
