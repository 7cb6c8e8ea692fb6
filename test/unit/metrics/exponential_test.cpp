#include "metrics/exponential.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "metrics/registry.hpp"

namespace discern::metrics {
namespace {

constexpr Descriptor kWait{
    .name = "test_wait_seconds", .help = "Wait.", .kind = Kind::Histogram, .unit = Unit::Seconds};

TEST(ExponentialHistogram, IsEmptyForNothing) {
  ExponentialHistogram out;
  out.counts = {1, 2, 3};
  to_exponential({}, out);
  EXPECT_EQ(out.scale, 3);
  EXPECT_EQ(out.count, 0u);
  EXPECT_TRUE(out.counts.empty());
}

TEST(ExponentialHistogram, HoldsEveryValueInTheBucketThatItsOffsetNames) {
  Registry registry{SystemTime{}};
  const Histogram wait = registry.histogram(kWait);
  std::mt19937_64 random(3);
  std::lognormal_distribution<double> source(-3, 2);
  std::vector<double> values(5000);
  for (double& value : values) wait.observe(value = source(random));
  wait.observe(0);

  const SnapshotPtr now = registry.snapshot({}, {});
  ExponentialHistogram out;
  to_exponential(now->histogram(*now->find_family(kWait.name)->series[0]), out);

  EXPECT_EQ(out.zero_count, 1u);
  EXPECT_EQ(
      out.zero_count + std::accumulate(out.counts.begin(), out.counts.end(), std::uint64_t{0}),
      out.count);
  EXPECT_NE(out.counts.front(), 0u);
  EXPECT_NE(out.counts.back(), 0u);
  // By the definition in the OpenTelemetry data model, with base 2^(2^-3).
  const double base = std::exp2(std::exp2(-out.scale));
  for (std::size_t i = 0; i < out.counts.size(); ++i) {
    const double above = std::pow(base, out.offset + static_cast<int>(i));
    const double up_to = above * base;
    const auto inside = std::count_if(values.begin(), values.end(), [&](double value) {
      return value > above && value <= up_to;
    });
    EXPECT_EQ(out.counts[i], static_cast<std::uint64_t>(inside)) << i;
  }
}

}  // namespace
}  // namespace discern::metrics
