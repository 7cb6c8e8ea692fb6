#include "metrics/space_saving.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

namespace discern::metrics {
namespace {

using Truth = std::map<std::string, std::uint64_t>;

// A stream in which few items are frequent and very many are rare.
std::string skewed_item(std::mt19937_64& random, double skew) {
  const double uniform = std::uniform_real_distribution<double>(1e-9, 1)(random);
  return "guild" + std::to_string(static_cast<std::uint64_t>(std::pow(uniform, -skew)) % 100'000);
}

std::uint64_t true_count(const Truth& truth, const std::string& item) {
  const auto found = truth.find(item);
  return found == truth.end() ? 0 : found->second;
}

TEST(SpaceSaving, KeepsItsGuaranteesOnSkewedStreams) {
  std::mt19937_64 random(17);
  for (const double skew : {0.7, 1.0, 1.6, 2.5}) {
    for (const std::size_t capacity : {8u, 64u, 200u}) {
      SpaceSaving items(capacity);
      Truth truth;
      std::uint64_t total = 0;
      for (int i = 0; i < 20'000; ++i) {
        const std::string item = skewed_item(random, skew);
        const std::uint64_t n = random() % 3 + 1;
        items.add(item, n);
        truth[item] += n;
        total += n;
      }
      EXPECT_EQ(items.total(), total);
      EXPECT_LE(items.entries().size(), capacity);
      std::uint64_t sum = 0;
      for (const TopKEntry& entry : items.entries()) {
        const std::uint64_t exact = true_count(truth, entry.item);
        EXPECT_LE(exact, entry.count);
        EXPECT_GE(exact, entry.count - entry.error);
        EXPECT_LE(entry.error, total / capacity);
        sum += entry.count;
      }
      EXPECT_EQ(sum, total) << "the counts add up";
      for (const auto& [item, count] : truth) {
        EXPECT_TRUE(count <= total / capacity || items.tracks(item)) << item;
      }
    }
  }
}

TEST(SpaceSaving, IsExactWhileEveryItemHasRoom) {
  SpaceSaving items(10);
  for (int i = 0; i < 100; ++i) items.add(std::to_string(i % 10), 1);
  for (const TopKEntry& entry : items.entries()) {
    EXPECT_EQ(entry.count, 10u);
    EXPECT_EQ(entry.error, 0u);
  }
}

TEST(SpaceSaving, GoesOnFromARestoredState) {
  SpaceSaving before(4);
  std::mt19937_64 random(23);
  Truth truth;
  const auto count = [&](SpaceSaving& items) {
    for (int i = 0; i < 1000; ++i) {
      const std::string item = skewed_item(random, 1.2);
      items.add(item, 1);
      ++truth[item];
    }
  };
  count(before);
  SpaceSaving after(4);
  after.merge({before.total(), before.entries()});
  EXPECT_EQ(after.total(), before.total());
  count(after);
  EXPECT_EQ(after.total(), 2000u);
  for (const TopKEntry& entry : after.entries()) {
    const std::uint64_t exact = true_count(truth, entry.item);
    EXPECT_LE(exact, entry.count);
    EXPECT_GE(exact, entry.count - entry.error);
  }
}

TEST(SpaceSaving, KeepsTheMostFrequentOfALargerState) {
  SpaceSaving items(2);
  items.merge({100, {{"a", 10, 0}, {"b", 50, 1}, {"c", 40, 2}}});
  EXPECT_EQ(items.total(), 100u);
  EXPECT_FALSE(items.tracks("a"));
  EXPECT_TRUE(items.tracks("b"));
  EXPECT_TRUE(items.tracks("c"));
}

TEST(SpaceSaving, NeedsACapacity) {
  EXPECT_THROW(SpaceSaving(0), std::invalid_argument);
}

}  // namespace
}  // namespace discern::metrics
