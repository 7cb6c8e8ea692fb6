#include "sim/world/snowflake.hpp"

#include <gtest/gtest.h>

namespace discern::sim {
namespace {

constexpr Instant kNow{Millis{1'795'000'000'123}};

TEST(Snowflake, CarriesTheTimeOfItsCreation) {
  EXPECT_EQ(created_at(snowflake_at(kNow)), kNow);
  EXPECT_EQ(created_at(snowflake_at(kNow, 0x3FFFFF)), kNow);
  EXPECT_EQ(created_at(Snowflake{175928847299117063}), Instant{Millis{1462015105796}});
}

TEST(Snowflake, BelongsToTheShardDiscordSays) {
  const Snowflake guild{197038439483310086};
  EXPECT_EQ(shard_of(guild, 1), 0U);
  EXPECT_EQ(shard_of(guild, 16), (197038439483310086ULL >> 22) % 16);
}

TEST(Snowflake, IsParsedFromDigitsOnly) {
  EXPECT_EQ(parse_snowflake("175928847299117063"), Snowflake{175928847299117063});
  for (const char* wrong : {"", "12a", "-1", " 1", "1 ", "99999999999999999999"}) {
    EXPECT_FALSE(parse_snowflake(wrong)) << wrong;
  }
}

TEST(SnowflakeSource, NeverRepeatsAnIdWithinAMillisecond) {
  SnowflakeSource source;
  Snowflake last{};
  for (int i = 0; i < 20'000; ++i) {
    const Snowflake next = source.next(kNow);
    EXPECT_GT(next, last);
    last = next;
  }
}

TEST(IsoTime, IsWhatDiscordPrints) {
  EXPECT_EQ(iso_time(Instant{Millis{1462015105796}}), "2016-04-30T11:18:25.796000+00:00");
}

}  // namespace
}  // namespace discern::sim
