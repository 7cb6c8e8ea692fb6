#include "sim/world/world.hpp"

#include <gtest/gtest.h>

#include <map>

#include "sim/world/objects.hpp"

namespace discern::sim {
namespace {

constexpr Instant kNow{Millis{1'795'000'000'000}};

TEST(World, IsTheSameForTheSameSeed) {
  const World a({7, 50}, kNow);
  const World b({7, 50}, kNow);
  const World c({8, 50}, kNow);
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(a.guilds()[i].id, b.guilds()[i].id);
    EXPECT_EQ(a.name_of(a.guilds()[i]), b.name_of(b.guilds()[i]));
  }
  EXPECT_NE(a.guilds()[0].id, c.guilds()[0].id);
}

TEST(World, HasManySmallGuildsAndFewBigOnes) {
  const World world({1, 2000}, kNow);
  std::size_t small = 0;
  std::uint32_t biggest = 0;
  for (const Guild& guild : world.guilds()) {
    small += guild.member_count < 60 ? 1 : 0;
    biggest = std::max(biggest, guild.member_count);
  }
  EXPECT_GT(small, 1000U);
  EXPECT_GT(biggest, 10'000U);
}

TEST(World, SpreadsGuildsOverShards) {
  const World world({1, 4000}, kNow);
  std::map<std::uint32_t, std::size_t> per_shard;
  for (const Guild& guild : world.guilds()) ++per_shard[shard_of(guild.id, 8)];
  ASSERT_EQ(per_shard.size(), 8U);
  for (const auto& [shard, guilds] : per_shard) EXPECT_NEAR(guilds, 500, 120) << shard;
}

TEST(World, KeepsTheMemberTotalThroughJoinsAndLeaves) {
  World world({1, 20}, kNow);
  Rng rng(1);
  const std::uint64_t before = world.member_total();
  const Guild added = world.add_guild(rng, kNow);
  EXPECT_EQ(world.member_total(), before + added.member_count);
  world.change_members(*world.find_guild(added.id), 3);
  world.change_members(*world.find_guild(added.id), -1);
  EXPECT_EQ(world.member_total(), before + added.member_count + 2);
  EXPECT_TRUE(world.remove_guild(added.id));
  EXPECT_FALSE(world.remove_guild(added.id));
  EXPECT_EQ(world.member_total(), before);
  for (const Guild& guild : world.guilds()) EXPECT_EQ(world.find_guild(guild.id), &guild);
}

TEST(World, FindsTheGuildOfItsChannelsOnly) {
  const World world({1, 20}, kNow);
  const Guild& guild = world.guilds()[3];
  EXPECT_EQ(world.find_guild_of_channel(channel_id(guild, 0)), &guild);
  EXPECT_EQ(world.find_guild_of_channel(channel_id(guild, channel_count(guild))), nullptr);
  EXPECT_EQ(world.find_guild_of_channel(guild.id), nullptr);
  EXPECT_EQ(shard_of(channel_id(guild, 1), 64), shard_of(guild.id, 64));
}

TEST(World, KnowsItsPeopleAndTheirDirectMessages) {
  const World world({1, 20}, kNow);
  const Snowflake user = world.member_id(world.guilds()[0], 5);
  EXPECT_TRUE(world.is_user(user));
  EXPECT_FALSE(world.is_user(Snowflake{123456}));
  EXPECT_EQ(world.user_of_dm_channel(World::dm_channel(user)), user);
  EXPECT_FALSE(world.user_of_dm_channel(channel_id(world.guilds()[0], 0)));
}

TEST(World, ChoosesNoGuildThatIsDown) {
  World world({1, 3}, kNow);
  Rng rng(1);
  for (std::size_t i = 0; i < 3; ++i) {
    world.set_available(*world.find_guild(world.guilds()[i].id), i == 1);
  }
  for (int i = 0; i < 50; ++i) EXPECT_EQ(world.some_guild(rng), &world.guilds()[1]);
  world.set_available(*world.find_guild(world.guilds()[1].id), false);
  EXPECT_EQ(world.some_guild(rng), nullptr);
}

TEST(World, HoldsAHundredThousandGuilds) {
  const World world({1, 100'000}, kNow);
  EXPECT_EQ(world.guilds().size(), 100'000U);
}

TEST(GuildCreateObject, HasWhatMetricsNeed) {
  const World world({1, 5}, kNow);
  const Guild& guild = world.guilds()[0];
  const json::object object = guild_create_object(world, guild);
  EXPECT_EQ(object.at("id").as_string(), to_text(guild.id));
  EXPECT_EQ(object.at("member_count").to_number<std::uint32_t>(), guild.member_count);
  EXPECT_TRUE(object.at("preferred_locale").is_string());
  EXPECT_FALSE(object.at("unavailable").as_bool());
  EXPECT_EQ(object.at("channels").as_array().size(), channel_count(guild));
}

}  // namespace
}  // namespace discern::sim
