#include "discord/gateway/member_refresh.hpp"

#include <gtest/gtest.h>

#include <map>

#include "discord/gateway/guild_cache.hpp"

namespace discern::discord {
namespace {

using namespace std::chrono_literals;
using Answer = MemberRefresh::Answer;

SteadyTime at(std::chrono::milliseconds since) {
  return SteadyTime(1000h) + since;
}

// Asks once a second for `time`, as the gateway thread does; says how often each guild was asked.
std::map<std::uint64_t, int> run(MemberRefresh& refresh,
                                 GuildCache& cache,
                                 std::chrono::seconds time,
                                 Answer answer = Answer::Told) {
  std::map<std::uint64_t, int> asked;
  for (std::chrono::seconds now{0}; now < time; now += 1s) {
    if (!refresh.is_due(at(now))) continue;
    if (refresh.needs_round()) refresh.begin_round(cache.by_age_of_count());
    const auto guild = refresh.next(at(now), [&](GuildId id) { return cache.counted_at(id); });
    if (!guild) continue;
    ++asked[guild->value];
    refresh.answered(answer, at(now));
    if (answer == Answer::Told) cache.on_counted(*guild, 100 + guild->value, at(now));
  }
  return asked;
}

GuildCache with_guilds(std::uint64_t count) {
  GuildCache cache;
  for (std::uint64_t id = 1; id <= count; ++id) {
    (void)cache.on_create(0, {GuildId{id}, 10, "de", false}, at(0s));
  }
  return cache;
}

TEST(MemberRefresh, AsksEveryGuildOncePerPeriod) {
  GuildCache cache = with_guilds(20);
  MemberRefresh refresh(10min);
  const auto asked = run(refresh, cache, 3600s);
  ASSERT_EQ(asked.size(), 20u);
  for (const auto& [guild, times] : asked) {
    EXPECT_GE(times, 4) << guild;
    EXPECT_LE(times, 7) << guild;
  }
  EXPECT_EQ(cache.totals().users, 20u * 100 + 210);
  EXPECT_GT(*cache.oldest_count(), at(3600s - 16min));
}

TEST(MemberRefresh, AsksNeverMoreThanOnceASecond) {
  GuildCache cache = with_guilds(5000);
  MemberRefresh refresh(1s);
  int sum = 0;
  for (const auto& [guild, times] : run(refresh, cache, 600s)) sum += times;
  EXPECT_LE(sum, 600);
}

TEST(MemberRefresh, LeavesFreshCountsAlone) {
  GuildCache cache = with_guilds(3);
  MemberRefresh refresh(10min);
  EXPECT_TRUE(run(refresh, cache, 299s).empty()) << "GUILD_CREATE has just told them";
}

TEST(MemberRefresh, PausesWhenDiscordDoesNotAnswer) {
  GuildCache cache = with_guilds(100);
  MemberRefresh refresh(1s);
  int sum = 0;
  for (const auto& [guild, times] : run(refresh, cache, 600s, Answer::NoneNow)) sum += times;
  EXPECT_LE(sum, 11);
}

TEST(MemberRefresh, AGuildThatCannotBeAskedDoesNotHoldUpOthers) {
  GuildCache cache = with_guilds(10);
  MemberRefresh refresh(10s);
  EXPECT_EQ(run(refresh, cache, 60s, Answer::Refused).size(), 10u);
}

TEST(MemberRefresh, IsOffWithoutAPeriod) {
  MemberRefresh refresh(0ms);
  EXPECT_FALSE(refresh.is_due(at(24h)));
}

TEST(MemberRefresh, ACountOfAnEarlierProcessHasNoKnownAge) {
  GuildCache cache;
  cache.restore({{GuildId{1}, 0, 10, "de", false}, {GuildId{2}, 0, 10, "de", false}});
  EXPECT_FALSE(cache.oldest_count());
  cache.on_counted(GuildId{1}, 11, at(5s));
  EXPECT_FALSE(cache.oldest_count());
  cache.on_counted(GuildId{2}, 12, at(9s));
  EXPECT_EQ(cache.oldest_count(), at(5s));
  EXPECT_EQ(cache.totals().users, 23u);
  EXPECT_EQ(cache.take_changes().changed.size(), 2u) << "the next start knows them";
}

}  // namespace
}  // namespace discern::discord
