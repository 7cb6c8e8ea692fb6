// Distinct, TopK and exemplars, from handle to snapshot and over a restart.

#include <gtest/gtest.h>

#include "metrics/registry.hpp"

namespace discern::metrics {
namespace {

using namespace std::chrono_literals;

constexpr Descriptor kUsers{
    .name = "test_users", .help = "Users.", .kind = Kind::Distinct, .labels = {"command"}};
constexpr Descriptor kGuilds{.name = "test_guilds",
                             .help = "Guilds.",
                             .kind = Kind::TopK,
                             .labels = {"type", "guild"},
                             .top = 3};
constexpr Descriptor kWait{
    .name = "test_wait_seconds", .help = "Wait.", .kind = Kind::Histogram, .unit = Unit::Seconds};
constexpr HashKey kMonday{1, 2};
constexpr HashKey kTuesday{3, 4};

const Series& only(const Snapshot& snapshot, const Descriptor& family) {
  return *snapshot.find_family(family.name)->series.at(0);
}

TEST(Distinct, CountsDifferentValues) {
  Registry registry{SystemTime{}};
  // With a random key, one run in 25 would be off by two.
  registry.distincts(kUsers).set_key(kMonday);
  const Distinct users = registry.distincts(kUsers).with("ping");
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t id = 0; id < 50; ++id) users.add(id);
  }
  users.add("a name");
  const SnapshotPtr now = registry.snapshot({}, {});
  EXPECT_NEAR(now->value(only(*now, kUsers)), 51, 1);
  users.add(std::uint64_t{999});
  EXPECT_NEAR(now->value(only(*now, kUsers)), 51, 1) << "the snapshot does not change";
}

TEST(Distinct, BeginsAgainWithEachKey) {
  Registry registry{SystemTime{}};
  auto& users = registry.distincts(kUsers);
  users.set_key(kMonday);
  const Distinct ping = users.with("ping");
  for (std::uint64_t id = 0; id < 20; ++id) ping.add(id);
  users.set_key(kTuesday);
  ping.add(std::uint64_t{1});
  const SnapshotPtr now = registry.snapshot({}, {});
  EXPECT_EQ(now->value(only(*now, kUsers)), 1);
}

Total monday_total() {
  Registry registry{SystemTime{}};
  auto& users = registry.distincts(kUsers);
  users.set_key(kMonday);
  for (std::uint64_t id = 0; id < 20; ++id) users.with("ping").add(id);
  const SnapshotPtr now = registry.snapshot({}, {});
  return now->lifetime_total(only(*now, kUsers));
}

TEST(Distinct, GoesOnAfterARestartOfTheSamePeriod) {
  for (const bool key_first : {true, false}) {
    Registry registry{SystemTime{}};
    auto& users = registry.distincts(kUsers);
    if (key_first) users.set_key(kMonday);
    registry.restore(kUsers.name, "ping", monday_total());
    if (!key_first) users.set_key(kMonday);
    for (std::uint64_t id = 10; id < 30; ++id) users.with("ping").add(id);
    const SnapshotPtr now = registry.snapshot({}, {});
    EXPECT_NEAR(now->value(only(*now, kUsers)), 30, 1);
  }
}

TEST(Distinct, DoesNotGoOnWithTheKeyOfAnotherPeriod) {
  Registry registry{SystemTime{}};
  registry.restore(kUsers.name, "ping", monday_total());
  registry.distincts(kUsers).set_key(kTuesday);
  const SnapshotPtr now = registry.snapshot({}, {});
  EXPECT_EQ(now->value(only(*now, kUsers)), 0);
}

TEST(TopK, ShowsTheBusiestAndAnExactRest) {
  Registry registry{SystemTime{}};
  const TopK guilds = registry.topks(kGuilds).with("messages");
  for (std::uint64_t guild = 1; guild <= 10; ++guild) guilds.add_id(guild, guild * 10);
  const SnapshotPtr now = registry.snapshot({}, {});
  const Series& series = only(*now, kGuilds);
  EXPECT_EQ(series.key(), "messages");
  EXPECT_EQ(series.labels_text(), "{type=\"messages\"}");
  const TopKView view = now->topk(series);
  ASSERT_EQ(view.top(3).size(), 3u);
  EXPECT_EQ(view.items[0].item, "10");
  EXPECT_EQ(view.items[0].count, 100u);
  EXPECT_EQ(view.items[2].item, "8");
  EXPECT_EQ(view.total, 550u);
  EXPECT_EQ(view.other(3), 550u - 100 - 90 - 80);
  EXPECT_EQ(now->value(series), 550);
}

TEST(TopK, WhatIsShownAddsUpToTheTotalWhateverComes) {
  Registry registry{SystemTime{}};
  const TopK guilds = registry.topks(kGuilds).with("messages");
  for (std::uint64_t i = 0; i < 30'000; ++i) guilds.add_id(i * i % 4099);
  const SnapshotPtr now = registry.snapshot({}, {});
  const TopKView view = now->topk(only(*now, kGuilds));
  EXPECT_LE(view.items.size(), TopKCell::capacity_for(kGuilds.top));
  std::uint64_t sum = view.other(5);
  for (const TopKItem& item : view.top(5)) sum += item.count;
  EXPECT_EQ(sum, 30'000u);
}

TEST(TopK, CleansItemsLikeLabels) {
  Registry registry{SystemTime{}};
  const TopK guilds = registry.topks(kGuilds).with("messages");
  guilds.add("a\nb");
  guilds.add("a\nb");
  guilds.add(std::string(1'000'000, 'x'));
  const SnapshotPtr now = registry.snapshot({}, {});
  const TopKView view = now->topk(only(*now, kGuilds));
  ASSERT_EQ(view.items.size(), 2u);
  EXPECT_EQ(view.items[0].item, "a b");
  EXPECT_EQ(view.items[0].count, 2u);
  EXPECT_EQ(view.items[1].item.size(), kMaxLabelBytes);
}

TEST(TopK, GoesOnAfterARestart) {
  Total stored;
  {
    Registry registry{SystemTime{}};
    registry.topks(kGuilds).with("messages").add("a", 7);
    const SnapshotPtr now = registry.snapshot({}, {});
    stored = now->lifetime_total(only(*now, kGuilds));
  }
  Registry registry{SystemTime{}};
  registry.restore(kGuilds.name, "messages", stored);
  registry.topks(kGuilds).with("messages").add("a", 3);
  const SnapshotPtr now = registry.snapshot({}, {});
  EXPECT_EQ(now->topk(only(*now, kGuilds)).items[0].count, 10u);
  EXPECT_EQ(now->value(only(*now, kGuilds)), 10);
}

Total tuesday_guilds() {
  Registry registry{SystemTime{}};
  auto& guilds = registry.topks(kGuilds);
  guilds.with("messages").add_id(1, 100);
  guilds.restart(kTuesday, "messages");
  guilds.with("messages").add_id(2, 7);
  const SnapshotPtr now = registry.snapshot({}, {});
  return now->lifetime_total(only(*now, kGuilds));
}

TEST(TopK, BeginsAgainWithEachPeriod) {
  const Total total = tuesday_guilds();
  EXPECT_EQ(total.topk.total, 7u);
  ASSERT_EQ(total.topk.entries.size(), 1u);
  EXPECT_EQ(total.topk.entries[0].item, "2");
}

TEST(TopK, GoesOnAfterARestartOfTheSamePeriodOnly) {
  for (const bool same : {true, false}) {
    Registry registry{SystemTime{}};
    registry.restore(kGuilds.name, "messages", tuesday_guilds());
    auto& guilds = registry.topks(kGuilds);
    EXPECT_EQ(registry.snapshot({}, {})->value(only(*registry.snapshot({}, {}), kGuilds)), 0);
    guilds.restart(same ? kTuesday : kMonday, "messages");
    guilds.with("messages").add_id(2, 3);
    const SnapshotPtr now = registry.snapshot({}, {});
    EXPECT_EQ(now->value(only(*now, kGuilds)), same ? 10 : 3);
  }
}

TEST(Distinct, EachSeriesMayHaveAPeriodOfItsOwn) {
  Registry registry{SystemTime{}};
  auto& users = registry.distincts(kUsers);
  users.restart(kMonday, "day");
  users.restart(kMonday, "week");
  for (const char* period : {"day", "week"}) users.with(period).add(std::uint64_t{5});
  users.restart(kTuesday, "day");
  const SnapshotPtr now = registry.snapshot({}, {});
  for (const Series* series : now->find_family(kUsers.name)->series) {
    EXPECT_EQ(now->value(*series), series->key() == "day" ? 0 : 1);
  }
}

TEST(EmptyHandles, AreHarmless) {
  Distinct().add("x");
  TopK().add("x");
  TopK().add_id(1);
}

TEST(Exemplars, AreTheNewestOfTheirOctave) {
  Registry registry{SystemTime{}};
  const Histogram wait = registry.histogram(kWait);
  registry.observe(wait, 3.0, "trace_id", "old", SystemTime(1s));
  registry.observe(wait, 2.5, "trace_id", "new", SystemTime(2s));
  registry.observe(wait, 0.1, "trace_id", "0af7-6:b", SystemTime(3s));
  const SnapshotPtr now = registry.snapshot({}, {});
  EXPECT_EQ(now->histogram(only(*now, kWait)).count, 3u);
  const auto examples = now->exemplars(only(*now, kWait));
  ASSERT_EQ(examples.size(), 2u);
  EXPECT_EQ(examples[0].labels, "{trace_id=\"0af7-6:b\"}");
  EXPECT_EQ(examples[1].labels, "{trace_id=\"new\"}");
  EXPECT_EQ(examples[1].value, 2.5);
}

TEST(Exemplars, AreDroppedWhenTheyAreTooLongOrHaveNoHome) {
  Registry registry{SystemTime{}};
  const Histogram wait = registry.histogram(kWait);
  registry.observe(wait, 1.5, "trace_id", std::string(121, 'x'), {});
  for (const char* text : {"a\"b", "a}b", "a b", "a\\b", "a\nb", "\xff", "\xc3\xa4"}) {
    registry.observe(wait, 1.5, "trace_id", text, {});
  }
  registry.observe(wait, 1.5, "Trace-Id", "x", {});
  registry.observe(wait, 0, "trace_id", "x", {});
  registry.observe(Histogram(), 1.5, "trace_id", "x", {});
  const SnapshotPtr now = registry.snapshot({}, {});
  EXPECT_EQ(now->histogram(only(*now, kWait)).count, 10u) << "observed all the same";
  EXPECT_TRUE(now->exemplars(only(*now, kWait)).empty());
}

}  // namespace
}  // namespace discern::metrics
