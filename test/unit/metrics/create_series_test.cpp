// How series come to be: declarations, names given at run time, restored totals, too many labels.

#include <gtest/gtest.h>

#include <stdexcept>

#include "metrics/catalogue.hpp"
#include "metrics/registry.hpp"

namespace discern::metrics {
namespace {

constexpr Descriptor kJobs{
    .name = "test_jobs_total", .help = "Jobs.", .labels = {"kind", "plugin"}};

std::size_t series_of(const Snapshot& snapshot, std::string_view family) {
  const FamilySeries* found = snapshot.find_family(family);
  return found == nullptr ? 0 : found->series.size();
}

TEST(Declare, ARefusedDeclarationLeavesNothingBehind) {
  Registry registry{SystemTime{}};
  EXPECT_THROW(registry.gauges(kJobs), std::logic_error);
  EXPECT_THROW(registry.topks({.name = "test_top", .help = "No item.", .kind = Kind::TopK}),
               std::logic_error);
  EXPECT_THROW(registry.counters({.name = "Test-Total", .help = "Bad."}), std::logic_error);
  EXPECT_EQ(registry.snapshot({}, {})->find_family(kJobs.name), nullptr);
  registry.counter(kJobs, "a", "ping").add();
  EXPECT_EQ(registry.snapshot({}, {})->lifetime_sum(kJobs.name), 1);
}

TEST(Declare, ASecondOneMustAgreeInUnitAndStep) {
  Registry registry{SystemTime{}};
  constexpr Descriptor kCpu{
      .name = "test_cpu_seconds_total", .help = "CPU.", .unit = Unit::Seconds, .step = 1e-9};
  registry.counters(kCpu);
  constexpr Descriptor kOtherStep{
      .name = "test_cpu_seconds_total", .help = "CPU.", .unit = Unit::Seconds};
  EXPECT_THROW(registry.counters(kOtherStep), std::logic_error);
}

TEST(Adopt, RefusesWhatWouldClashInTheExposition) {
  Registry registry{SystemTime{}};
  const auto adopt = [&](Descriptor d) { return registry.adopt(d).ok(); };
  EXPECT_TRUE(adopt({.name = "plugin_a_rounds_total", .help = "Rounds."}));
  EXPECT_FALSE(adopt({.name = "plugin_a_rounds", .help = "Same family.", .kind = Kind::Gauge}));
  EXPECT_FALSE(adopt({.name = "plugin_a_wait_bucket", .help = "Ours.", .kind = Kind::Gauge}));
  EXPECT_FALSE(adopt({.name = "plugin_a_wait_count", .help = "Ours.", .kind = Kind::Gauge}));
  EXPECT_FALSE(adopt({.name = "discern_a_total", .help = "The host's."}));
}

TEST(Adopt, RefusesImpossibleLabels) {
  Registry registry{SystemTime{}};
  using Labels = std::array<std::string_view, kMaxLabels>;
  const std::string quote = "a\"b";
  for (const Labels& labels : {Labels{"le"},
                               Labels{"quantile"},
                               Labels{"a", "a"},
                               Labels{"", "b"},
                               Labels{"A"},
                               Labels{"__name"},
                               Labels{quote}}) {
    EXPECT_FALSE(registry.adopt({.name = "plugin_a_x_total", .help = "X.", .labels = labels}));
  }
  EXPECT_FALSE(registry.adopt({.name = "plugin_a_top", .help = "No item.", .kind = Kind::TopK}));
  EXPECT_FALSE(registry.adopt({.name = "plugin_a_x_total", .help = "X.", .step = 0}));
}

TEST(Adopt, OwnsItsTexts) {
  Registry registry{SystemTime{}};
  const Descriptor* adopted = nullptr;
  {
    const std::string name = "plugin_a_" + std::string(40, 'n') + "_total";
    const std::string help = "Bad byte \xff and more.";
    const std::string label = "some_label";
    const auto result = registry.adopt({.name = name, .help = help, .labels = {label}});
    ASSERT_TRUE(result.ok());
    adopted = *result;
  }
  EXPECT_TRUE(adopted->name.starts_with("plugin_a_nnn"));
  EXPECT_EQ(adopted->help, "Bad byte \xEF\xBF\xBD and more.");
  EXPECT_EQ(adopted->labels[0], "some_label");
  registry.counter(*adopted, "x").add();
  EXPECT_EQ(registry.snapshot({}, {})->lifetime_sum(adopted->name), 1);
}

TEST(Restore, LeavesOutKeysThatNobodyCouldHaveMade) {
  Registry registry{SystemTime{}};
  registry.counters(kJobs);
  for (const std::string& key : {std::string("too few"),
                                 std::string("a\x1f"
                                             "b\x1f"
                                             "c"),
                                 std::string("a\n\x1f"
                                             "b"),
                                 std::string("\xff\x1f"
                                             "b"),
                                 std::string(129, 'x') + "\x1f"
                                                         "b",
                                 std::string()}) {
    registry.restore(kJobs.name, key, {.steps = 5});
  }
  EXPECT_EQ(series_of(*registry.snapshot({}, {}), kJobs.name), 0u);
  registry.restore(kJobs.name,
                   "a\x1f"
                   "b",
                   {.steps = 5});
  EXPECT_EQ(registry.snapshot({}, {})->lifetime_sum(kJobs.name), 5);
}

// A collector makes its series before the database is open.
TEST(Restore, AddsToASeriesThatCountsAlready) {
  Registry registry{SystemTime{}};
  registry.counter(kJobs, "a", "b").add();
  for (const std::uint64_t steps : {5u, 70u}) {
    registry.restore(kJobs.name,
                     "a\x1f"
                     "b",
                     {.steps = steps});
  }
  const SnapshotPtr now = registry.snapshot({}, {});
  EXPECT_EQ(now->lifetime_sum(kJobs.name), 6) << "and once only";
  EXPECT_EQ(now->steps(*now->find_family(kJobs.name)->series[0]), 1u);
}

TEST(Restore, IgnoresASeriesThatASnapshotHasShown) {
  Registry registry{SystemTime{}};
  registry.counter(kJobs, "a", "b").add();
  registry.snapshot({}, {});
  registry.restore(kJobs.name,
                   "a\x1f"
                   "b",
                   {.steps = 5});
  EXPECT_EQ(registry.snapshot({}, {})->lifetime_sum(kJobs.name), 1);
}

TEST(Ensure, ValuesWithSeparatorsMakeNoOtherSeries) {
  Registry registry{SystemTime{}};
  registry.counter(kJobs, "a", "b").add();
  registry
      .counter(kJobs,
               "a\x1f"
               "b",
               "")
      .add();
  registry
      .counter(kJobs,
               "a\x1f"
               "b")
      .add();
  registry.counter(kJobs, "a b", "").add();
  const SnapshotPtr now = registry.snapshot({}, {});
  ASSERT_EQ(series_of(*now, kJobs.name), 2u);
  EXPECT_EQ(now->steps(*now->find_family(kJobs.name)->series[0]), 1u);
}

TEST(Ensure, LongValuesOfSeveralLabelsFindTheirSeriesAgain) {
  Registry registry{SystemTime{}};
  const std::string long_value(200, 'v');
  for (int i = 0; i < 3; ++i) registry.counter(kJobs, long_value, long_value).add();
  EXPECT_EQ(series_of(*registry.snapshot({}, {}), kJobs.name), 1u);
}

// What the log says while `count` runs.
template <class Count>
std::string warnings_of(Count count) {
  testing::internal::CaptureStderr();
  count();
  return testing::internal::GetCapturedStderr();
}

TEST(Fold, WarnsOnceOfAPluginsFamilyByName) {
  Registry registry{SystemTime{}};
  const auto own = registry.adopt({.name = "plugin_dice_rolls_total",
                                   .help = "Rolls.",
                                   .labels = {"sides"},
                                   .max_series = 2,
                                   .owner = "dice"});
  ASSERT_TRUE(own);
  auto& rolls = registry.counters(**own);
  EXPECT_EQ(warnings_of([&] {
              rolls.with("6").add();
              rolls.with("20").add();
            }),
            "");
  const std::string said = warnings_of([&] {
    for (const char* sides : {"4", "8", "12"}) rolls.with(sides).add();
  });
  const std::string expected =
      "plugin_dice_rolls_total has reached its limit of 2 label sets of plugin \"dice\"; further "
      "ones are counted as \"other\"";
  const std::size_t at = said.find(expected);
  ASSERT_NE(at, said.npos) << said;
  EXPECT_EQ(said.find(expected, at + 1), said.npos) << "a second time";
}

TEST(Fold, NamesThePluginThatFillsAFamilyOfTheHost) {
  Registry registry{SystemTime{}};
  constexpr Descriptor kSmall{
      .name = "test_small_total", .help = "Few.", .labels = {"plugin", "x"}, .max_series = 1};
  registry.counter(kSmall, "ping", "a").add();
  const std::string said = warnings_of([&] { registry.counter(kSmall, "dice", "b").add(); });
  EXPECT_NE(said.find("test_small_total has reached its limit of 1 label sets with one of plugin "
                      "\"dice\""),
            said.npos)
      << said;
}

TEST(Fold, MeetsTheMeterToo) {
  Registry registry{SystemTime{}};
  constexpr Descriptor kSmall{
      .name = "test_small", .help = "Few.", .kind = Kind::Gauge, .labels = {"x"}, .max_series = 1};
  registry.gauge(kSmall, "a").set(1);
  registry.gauge(kSmall, "b").set(2);
  registry.gauge(kSmall, "c").set(3);
  const SnapshotPtr now = registry.snapshot({}, {});
  EXPECT_EQ(series_of(*now, kSmall.name), 2u);
  EXPECT_EQ(now->find_family(kSmall.name)->series[1]->key(), "other");
  EXPECT_EQ(now->value(*now->find_family(kSmall.name)->series[1]), 3);
  EXPECT_EQ(now->lifetime_sum(catalogue::kFolded.name), 2);
}

}  // namespace
}  // namespace discern::metrics
