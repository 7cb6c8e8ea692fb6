#include "metrics/own_cost.hpp"

#include <gtest/gtest.h>

#include "metrics/catalogue.hpp"

namespace discern::metrics {
namespace {

TEST(OwnCost, ShowsWhatCountingCosts) {
  Registry registry{SystemTime{}};
  const OwnCost cost(registry);
  const SnapshotPtr now = registry.snapshot({}, {});
  const auto sum = [&](const Descriptor& d) { return now->lifetime_sum(d.name); };
  const FamilySeries* costs = now->find_family(catalogue::kOperationCost.name);
  ASSERT_EQ(costs->series.size(), 4u);
  for (const Series* series : costs->series) {
    EXPECT_GT(now->value(*series), 0) << series->key();
    EXPECT_LT(now->value(*series), 1e-3) << series->key();
  }
  EXPECT_EQ(sum(catalogue::kSeries), 8);
  EXPECT_GT(sum(catalogue::kMetricsMemory), sum(catalogue::kSeriesMemory));
  EXPECT_GT(sum(catalogue::kCellUsage), 0);
}

TEST(OwnCost, CountsNothingInCellsOfOthers) {
  constexpr Descriptor kJobs{.name = "test_jobs_total", .help = "Jobs.", .labels = {"kind"}};
  Registry registry{SystemTime{}};
  for (const char* kind : {"a", "b", "c"}) registry.counter(kJobs, kind);
  measure_cost(registry);
  for (const char* kind : {"d", "e", "f"}) registry.counter(kJobs, kind);
  EXPECT_EQ(registry.snapshot({}, {})->lifetime_sum(kJobs.name), 0);
}

}  // namespace
}  // namespace discern::metrics
