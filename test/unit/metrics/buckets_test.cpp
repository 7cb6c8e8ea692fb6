#include "metrics/buckets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <random>

#include "metrics/registry.hpp"

namespace discern::metrics {
namespace {

int index_of(double value) {
  BucketPosition at{};
  EXPECT_TRUE(find_bucket(value, at)) << value;
  return bucket_index(at);
}

TEST(Buckets, AValueLiesWithinItsBucket) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> exponent(-29.9, 33.9);
  for (int i = 0; i < 200'000; ++i) {
    const double value = std::exp2(exponent(random));
    const int index = index_of(value);
    ASSERT_LE(value, bucket_upper_bound(index)) << value;
    ASSERT_GT(value, bucket_upper_bound(index - 1)) << value;
  }
}

TEST(Buckets, ABoundaryBelongsToTheLowerBucket) {
  for (int exponent = -29; exponent < 34; ++exponent) {
    const double bound = std::exp2(exponent);
    EXPECT_EQ(index_of(bound), exponent * 8 - 1);
    EXPECT_EQ(index_of(std::nextafter(bound, 1e300)), exponent * 8);
  }
}

TEST(Buckets, EveryBoundaryIsExactToTheLastBit) {
  // 2^(j/8) lies between two doubles; the lower of them belongs below, the upper one above.
  for (int j = 1; j < 8; ++j) {
    const long double boundary = std::exp2(static_cast<long double>(j) / 8);
    auto lower = static_cast<double>(boundary);
    if (static_cast<long double>(lower) > boundary) lower = std::nextafter(lower, 0);
    const double upper = std::nextafter(lower, 4);
    EXPECT_EQ(index_of(lower), j - 1) << j;
    EXPECT_EQ(index_of(upper), j) << j;
    EXPECT_EQ(index_of(lower * 1024), 80 + j - 1) << j;
    EXPECT_EQ(index_of(upper / 1024), -80 + j) << j;
  }
}

TEST(Buckets, RefusesWhatLiesOutsideTheLayout) {
  BucketPosition at{};
  const double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::nan("");
  for (const double value : {0.0, -1.0, 1e-12, 1e300, nan, infinity, -infinity, -0.0}) {
    EXPECT_FALSE(find_bucket(value, at)) << value;
  }
}

// What histograms are asked to hold, by name.
std::map<std::string, std::function<double(std::mt19937_64&)>> distributions() {
  using Random = std::mt19937_64;
  const auto unit = [](Random& random) {
    return std::uniform_real_distribution<double>(1e-12, 1)(random);
  };
  const auto edge = [](Random& random) {
    return std::exp2(static_cast<double>(random() % 400) / 8 - 25);
  };
  return {
      {"lognormal", [](Random& r) { return std::lognormal_distribution<double>(-5, 2)(r); }},
      {"wide lognormal", [](Random& r) { return std::lognormal_distribution<double>(0, 4)(r); }},
      {"exponential", [](Random& r) { return 1e-6 + std::exponential_distribution<double>(3)(r); }},
      {"uniform to an hour", [unit](Random& r) { return 1e-6 + 3600 * unit(r); }},
      {"uniform in the exponent", [unit](Random& r) { return std::exp2(62 * unit(r) - 29); }},
      {"normal", [](Random& r) { return std::normal_distribution<double>(0.1, 0.001)(r); }},
      {"two values", [](Random& r) { return r() % 10 == 0 ? 2.5 : 0.003; }},
      {"one value", [](Random&) { return 0.0421; }},
      {"heavy tail", [unit](Random& r) { return 1e-6 / unit(r); }},
      {"bimodal",
       [](Random& r) {
         return std::lognormal_distribution<double>(r() % 2 == 0 ? -12 : 5, 0.2)(r);
       }},
      {"whole numbers", [](Random& r) { return static_cast<double>(1 + r() % 5000); }},
      {"edges of buckets", edge},
      {"just above edges", [edge](Random& r) { return std::nextafter(edge(r), 1e300); }},
      {"just below edges", [edge](Random& r) { return std::nextafter(edge(r), 0); }},
  };
}

TEST(Buckets, QuantilesAreWithinTheProvenErrorForManyDistributions) {
  // buckets.hpp has the proof: 2^(1/16) - 1 at most, and 1e-12 for the rounding of this check.
  const double kBound = std::exp2(1.0 / 16) - 1 + 1e-12;
  constexpr Descriptor kWait{.name = "test_wait_seconds",
                             .help = "Wait.",
                             .kind = Kind::Histogram,
                             .unit = Unit::Seconds,
                             .labels = {"case"}};
  Registry registry{SystemTime{}};
  std::mt19937_64 random(11);
  double worst = 0;
  for (const auto& [name, draw] : distributions()) {
    for (const std::size_t size : {1u, 2u, 7u, 1000u, 20'000u}) {
      const std::string key = name + std::to_string(size);
      const Histogram histogram = registry.histogram(kWait, key);
      std::vector<double> values(size);
      for (double& value : values) histogram.observe(value = draw(random));
      std::sort(values.begin(), values.end());
      const SnapshotPtr now = registry.snapshot({}, {});
      const auto& all = now->find_family(kWait.name)->series;
      const HistogramView view = now->histogram(*all.back());
      ASSERT_EQ(all.back()->key(), key);
      ASSERT_EQ(view.count, size);
      for (const double q : {0.0, 0.001, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0}) {
        const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(size)));
        const double exact = values[std::max<std::size_t>(rank, 1) - 1];
        const double error = std::abs(quantile(q, view.zero, view.buckets) - exact) / exact;
        EXPECT_LE(error, kBound) << name << " " << size << " " << q;
        worst = std::max(worst, error);
      }
    }
  }
  EXPECT_GT(worst, 0.043) << "the bound is tight; less means that the test sees too little";
}

TEST(Buckets, QuantileOfNothingIsNotANumber) {
  EXPECT_TRUE(std::isnan(quantile(0.5, 0, {})));
}

TEST(Buckets, ZerosCountBelowEverything) {
  const std::vector<Bucket> buckets{{0, 1}};
  EXPECT_EQ(quantile(0.5, 3, buckets), 0);
  EXPECT_GT(quantile(1.0, 3, buckets), 1);
}

TEST(Buckets, MergeAndSubtractAreInverse) {
  std::mt19937 random(3);
  const auto some = [&] {
    std::vector<Bucket> buckets;
    for (std::int16_t i = -40; i < 40; ++i) {
      if (random() % 3 == 0) buckets.push_back({i, random() % 100 + 1});
    }
    return buckets;
  };
  for (int round = 0; round < 100; ++round) {
    const auto a = some();
    const auto b = some();
    auto sum = a;
    merge_buckets(sum, b);
    auto other_way = b;
    merge_buckets(other_way, a);
    EXPECT_EQ(sum, other_way);
    EXPECT_EQ(subtract_buckets(sum, a), b);
  }
}

TEST(Buckets, MergedHistogramsAnswerLikeOneThatSawEverything) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 20; ++round) {
    std::lognormal_distribution<double> here(-6 + round % 5, 1.5);
    std::lognormal_distribution<double> there(-2, 0.3);
    std::vector<Bucket> parts[3];
    std::vector<Bucket> whole;
    for (int i = 0; i < 3000; ++i) {
      const double value = i % 3 == 0 ? there(random) : here(random);
      const Bucket one{static_cast<std::int16_t>(index_of(value)), 1};
      merge_buckets(parts[i % 3], std::span(&one, 1));
      merge_buckets(whole, std::span(&one, 1));
    }
    // In any order and grouping.
    std::vector<Bucket> left = parts[0];
    merge_buckets(left, parts[1]);
    merge_buckets(left, parts[2]);
    std::vector<Bucket> right = parts[2];
    merge_buckets(right, parts[1]);
    merge_buckets(right, parts[0]);
    EXPECT_EQ(left, whole);
    EXPECT_EQ(right, whole);
    for (const double q : {0.1, 0.5, 0.99}) {
      EXPECT_EQ(quantile(q, 0, left), quantile(q, 0, whole));
    }
  }
}

TEST(Histogram, TheSumStaysFinite) {
  constexpr Descriptor kWait{
      .name = "test_wait_seconds", .help = "Wait.", .kind = Kind::Histogram, .unit = Unit::Seconds};
  Registry registry{SystemTime{}};
  const Histogram wait = registry.histogram(kWait);
  const double most = std::numeric_limits<double>::max();
  for (const double value : {1.5, most, most, std::numeric_limits<double>::infinity()}) {
    wait.observe(value);
  }
  const SnapshotPtr now = registry.snapshot({}, {});
  const HistogramView view = now->histogram(*now->find_family("test_wait_seconds")->series[0]);
  EXPECT_EQ(view.count, 4u);
  EXPECT_EQ(view.sum, most);
}

TEST(Histogram, CountsWhatLiesOutsideTheLayout) {
  constexpr Descriptor kWait{
      .name = "test_wait_seconds", .help = "Wait.", .kind = Kind::Histogram, .unit = Unit::Seconds};
  Registry registry{SystemTime{}};
  const Histogram wait = registry.histogram(kWait);
  for (const double value : {0.0, -5.0, 1e-12, 1e300}) wait.observe(value);
  wait.observe(std::nan(""));
  const SnapshotPtr now = registry.snapshot({}, {});
  const HistogramView view = now->histogram(*now->find_family("test_wait_seconds")->series[0]);
  EXPECT_EQ(view.zero, 3u);
  EXPECT_EQ(view.count, 4u);
  ASSERT_EQ(view.buckets.size(), 1u);
  EXPECT_EQ(view.buckets[0].index, (kMinExponent + kOctaves) * 8 - 1);
}

}  // namespace
}  // namespace discern::metrics
