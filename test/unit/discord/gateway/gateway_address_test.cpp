#include "discord/gateway/gateway_address.hpp"

#include <gtest/gtest.h>

namespace discern::discord {
namespace {

TEST(GatewayAddress, IsReadFromDiscordsAnswer) {
  const auto address = parse_gateway_address(
      R"({"url":"wss://g","shards":9,"session_start_limit":
          {"total":1000,"remaining":999,"reset_after":14400000,"max_concurrency":16},"new":1})");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->url, "wss://g");
  EXPECT_EQ(address->shards, 9u);
  EXPECT_EQ(address->start_limit.remaining, 999u);
  EXPECT_EQ(address->start_limit.reset_after, std::chrono::hours(4));
  EXPECT_EQ(address->start_limit.max_concurrency, 16u);
}

TEST(GatewayAddress, ToleratesMissingNumbersButNotAMissingUrl) {
  EXPECT_EQ(parse_gateway_address(R"({"url":"wss://g"})")->start_limit.max_concurrency, 1u);
  EXPECT_EQ(parse_gateway_address(
                R"({"url":"wss://g","shards":-5,"session_start_limit":{"max_concurrency":0}})")
                ->start_limit.max_concurrency,
            1u);
  EXPECT_FALSE(parse_gateway_address("{}"));
  EXPECT_FALSE(parse_gateway_address("<html>"));
  EXPECT_FALSE(parse_gateway_address("[1]"));
}

GatewayAddress recommends(std::uint32_t shards, std::uint32_t concurrency = 1) {
  GatewayAddress address;
  address.shards = shards;
  address.start_limit.max_concurrency = concurrency;
  return address;
}

TEST(ShardCount, IsWhatIsConfigured) {
  EXPECT_EQ(choose_shard_count(7, recommends(3), 5), 7u);
  EXPECT_EQ(choose_shard_count(7, recommends(16, 16), 5), 7u);
}

TEST(ShardCount, StaysThatOfTheSavedSessionsWhileDiscordsIsNear) {
  EXPECT_EQ(choose_shard_count(0, recommends(10), 0), 10u);
  EXPECT_EQ(choose_shard_count(0, recommends(10), 8), 8u);
  EXPECT_EQ(choose_shard_count(0, recommends(10), 12), 12u);
  EXPECT_EQ(choose_shard_count(0, recommends(10), 6), 10u) << "shards would come near 2,500 guilds";
  EXPECT_EQ(choose_shard_count(0, recommends(10), 40), 10u);
}

TEST(ShardCount, OfALargeBotIsAMultipleOfDiscords) {
  EXPECT_EQ(choose_shard_count(0, recommends(176, 16), 160), 176u);
  EXPECT_EQ(choose_shard_count(0, recommends(80, 16), 160), 160u);
}

}  // namespace
}  // namespace discern::discord
