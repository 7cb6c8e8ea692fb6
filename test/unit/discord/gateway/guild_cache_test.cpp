#include "discord/gateway/guild_cache.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace discern::discord {
namespace {

using Change = GuildCache::Change;

GuildCache::Created guild(std::uint64_t id, std::uint64_t members, std::string_view locale = "de") {
  return {GuildId{id}, members, locale, false};
}

TEST(GuildCache, TellsTheInitialLoadFromAJoin) {
  GuildCache cache;
  const auto ready = cache.begin_session(0, {GuildId{1}, GuildId{2}});
  EXPECT_EQ(ready.joined, 0u);
  EXPECT_EQ(cache.totals().guilds, 2u);
  EXPECT_EQ(cache.pending_of(0), 2u);
  EXPECT_EQ(cache.totals().unavailable, 0u) << "what is being loaded is not an outage";
  EXPECT_EQ(cache.on_create(0, guild(1, 10)), Change::Loaded);
  EXPECT_EQ(cache.on_create(0, guild(2, 20)), Change::Loaded);
  EXPECT_EQ(cache.on_create(0, guild(3, 30)), Change::Joined);
  EXPECT_EQ(cache.totals().guilds, 3u);
  EXPECT_EQ(cache.totals().users, 60u);
  EXPECT_EQ(cache.on_create(0, guild(3, 30)), Change::None) << "duplicate delivery is harmless";
  EXPECT_EQ(cache.totals().users, 60u);
}

TEST(GuildCache, TotalsAreKnownWhenEveryShardHasSaidWhatItHas) {
  GuildCache cache;
  cache.expect_shards(0, 2);
  EXPECT_FALSE(cache.totals().guilds_known);
  (void)cache.begin_session(0, {GuildId{1}, GuildId{2}});
  (void)cache.on_create(0, guild(1, 10));
  (void)cache.on_create(0, guild(2, 20));
  EXPECT_FALSE(cache.totals().guilds_known) << "shard 1 has said nothing";
  (void)cache.begin_session(1, {GuildId{3}});
  EXPECT_TRUE(cache.totals().guilds_known);
  EXPECT_FALSE(cache.totals().users_known) << "a guild is still being loaded";
  (void)cache.on_create(1, guild(3, 30));
  EXPECT_TRUE(cache.totals().users_known);
  EXPECT_EQ(cache.totals().users, 60u);
  (void)cache.begin_session(1, {GuildId{3}});
  EXPECT_TRUE(cache.totals().users_known) << "what is known stays known";
}

TEST(GuildCache, TotalsOfTheLastRunAreKnownAndSoAreThoseOfAResumedShardWithoutGuilds) {
  GuildCache restored;
  restored.restore({{.id = GuildId{1}, .shard = 0, .members = 10, .locale = "de"}});
  EXPECT_TRUE(restored.totals().users_known);
  GuildCache empty;
  empty.restore({});
  EXPECT_FALSE(empty.totals().guilds_known);
  empty.on_resumed(0);
  EXPECT_TRUE(empty.totals().users_known);
  GuildCache none;
  (void)none.begin_session(0, {});
  EXPECT_TRUE(none.totals().users_known) << "a bot without guilds has none";
}

TEST(GuildCache, TellsAnOutageFromALeave) {
  GuildCache cache;
  (void)cache.on_create(0, guild(1, 10));
  EXPECT_EQ(cache.on_delete(0, GuildId{1}, true), Change::Outage);
  EXPECT_EQ(cache.totals().guilds, 1u);
  EXPECT_EQ(cache.totals().unavailable, 1u);
  EXPECT_EQ(cache.totals().users, 10u);
  EXPECT_EQ(cache.on_delete(0, GuildId{1}, true), Change::None);
  EXPECT_EQ(cache.on_create(0, guild(1, 12)), Change::Returned);
  EXPECT_EQ(cache.totals().unavailable, 0u);
  EXPECT_EQ(cache.totals().users, 12u);
  EXPECT_EQ(cache.on_delete(0, GuildId{1}, false), Change::Left);
  EXPECT_EQ(cache.on_delete(0, GuildId{1}, false), Change::None);
  EXPECT_EQ(cache.totals().guilds, 0u);
  EXPECT_EQ(cache.totals().users, 0u);
}

TEST(GuildCache, LearnsWhatHappenedWhileNobodyLookedFromTheNextReady) {
  GuildCache cache;
  (void)cache.begin_session(0, {GuildId{1}, GuildId{2}});
  (void)cache.on_create(0, guild(1, 10));
  (void)cache.on_create(0, guild(2, 20));
  (void)cache.on_create(1, guild(9, 90));
  const auto changes = cache.begin_session(0, {GuildId{2}, GuildId{3}});
  EXPECT_EQ(changes.left, 1u);
  EXPECT_EQ(changes.joined, 1u);
  EXPECT_EQ(cache.totals().guilds, 3u);
  EXPECT_EQ(cache.totals().users, 110u) << "known members count until the guild is loaded";
  EXPECT_EQ(cache.guilds_of(1), 1u) << "other shards are left alone";
}

TEST(GuildCache, CountsRestoredGuildsAtOnce) {
  GuildCache cache;
  cache.restore({{GuildId{1}, 0, 10, "de", false}, {GuildId{2}, 0, 5, "fr", true}});
  EXPECT_EQ(cache.totals().guilds, 2u);
  EXPECT_EQ(cache.totals().users, 15u);
  EXPECT_EQ(cache.totals().unavailable, 1u);
  EXPECT_TRUE(cache.take_changes().changed.empty());
  const auto changes = cache.begin_session(0, {GuildId{1}, GuildId{2}, GuildId{4}});
  EXPECT_EQ(changes.joined, 1u) << "it joined while the program was down";
}

TEST(GuildCache, TakesWhatNeverCameForAnOutage) {
  GuildCache cache;
  (void)cache.begin_session(0, {GuildId{1}, GuildId{2}});
  (void)cache.on_create(0, guild(1, 10));
  cache.settle(0);
  EXPECT_EQ(cache.pending_of(0), 0u);
  EXPECT_EQ(cache.totals().unavailable, 1u);
  EXPECT_EQ(cache.on_create(0, guild(2, 20)), Change::Returned);
}

TEST(GuildCache, FollowsMembersAndLocales) {
  GuildCache cache;
  (void)cache.on_create(0, guild(1, 10));
  cache.on_members(GuildId{1}, 1);
  cache.on_members(GuildId{1}, -3);
  cache.on_members(GuildId{77}, 1);
  EXPECT_EQ(cache.totals().users, 8u);
  cache.on_update(GuildId{1}, "fr");
  EXPECT_EQ(cache.all().front().locale, "fr");
  for (int i = 0; i < 20; ++i) cache.on_members(GuildId{1}, -1);
  EXPECT_EQ(cache.totals().users, 0u);
}

TEST(GuildCache, GivesOnlyWhatChangedSinceTheLastTime) {
  GuildCache cache;
  (void)cache.on_create(0, guild(1, 10));
  (void)cache.on_create(0, guild(2, 20));
  EXPECT_EQ(cache.take_changes().changed.size(), 2u);
  cache.on_members(GuildId{2}, 1);
  cache.on_members(GuildId{2}, 1);
  const GuildChanges changes = cache.take_changes();
  ASSERT_EQ(changes.changed.size(), 1u);
  EXPECT_EQ(changes.changed.front().members, 22u);
  EXPECT_TRUE(cache.take_changes().changed.empty());
}

// Whatever happens, the list at the other end that applies the changes equals ours, and the totals
// equal a count over the list.
TEST(GuildCache, ChangesAndTotalsAgreeWithTheFullList) {
  GuildCache cache;
  std::map<std::uint64_t, SavedGuild> mirror;
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    for (int i = 0; i < 20; ++i) {
      const std::uint64_t id = random() % 40 + 1;
      const std::uint32_t shard = id % 3;
      switch (random() % 6) {
        case 0:
        case 1:
          (void)cache.on_create(shard, guild(id, random() % 1000));
          break;
        case 2:
          (void)cache.on_delete(shard, GuildId{id}, random() % 2 == 0);
          break;
        case 3:
          cache.on_members(GuildId{id}, random() % 2 == 0 ? 1 : -1);
          break;
        case 4:
          cache.settle(shard);
          break;
        default:
          (void)cache.begin_session(shard, {GuildId{shard + 3}, GuildId{shard + 6}});
      }
    }
    const GuildChanges changes = cache.take_changes();
    for (const GuildId id : changes.removed) mirror.erase(id.value);
    for (const SavedGuild& changed : changes.changed) mirror[changed.id.value] = changed;
    const std::vector<SavedGuild> all = cache.all();
    ASSERT_EQ(all.size(), mirror.size());
    std::uint64_t users = 0;
    for (const SavedGuild& one : all) {
      SavedGuild mirrored = mirror.at(one.id.value);
      // A guild that is being loaded again is stored as it was.
      mirrored.unavailable = one.unavailable;
      ASSERT_EQ(one, mirrored);
      users += one.members;
    }
    ASSERT_EQ(cache.totals().guilds, all.size());
    ASSERT_EQ(cache.totals().users, users);
    ASSERT_EQ(cache.guilds_of(0) + cache.guilds_of(1) + cache.guilds_of(2), all.size());
  }
}

TEST(GuildCache, KeepsWhatIsKnownOfAGuildWhereDiscordSaysNothing) {
  GuildCache cache;
  (void)cache.begin_session(0, {GuildId{1}});
  (void)cache.on_create(0, guild(1, 10));
  (void)cache.on_create(0, {GuildId{1}, std::nullopt, "", false});
  EXPECT_EQ(cache.totals().users, 10u);
  EXPECT_EQ(cache.all().at(0).locale, "de");
}

TEST(GuildCache, ForgetsTheGuildsOfShardsThatAreElsewhere) {
  GuildCache cache;
  (void)cache.on_create(0, guild(1, 10));
  (void)cache.on_create(1, guild(2, 20));
  (void)cache.on_create(2, guild(3, 40));
  EXPECT_EQ(cache.keep_shards(1, 2), 2u);
  EXPECT_EQ(cache.totals().guilds, 1u);
  EXPECT_EQ(cache.totals().users, 20u);
  EXPECT_EQ(cache.keep_shards(1, 2), 0u);
}

}  // namespace
}  // namespace discern::discord
