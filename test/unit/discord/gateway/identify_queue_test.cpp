#include "discord/gateway/identify_queue.hpp"

#include <gtest/gtest.h>

namespace discern::discord {
namespace {

using namespace std::chrono_literals;

struct IdentifyQueueTest : testing::Test {
  void limit(std::uint32_t total, std::uint32_t remaining, std::uint32_t concurrency) {
    queue.set_limit({total, remaining, 1h, concurrency}, now);
  }
  IdentifyQueue queue{5s};
  SteadyTime now{1000s};
};

TEST_F(IdentifyQueueTest, LetsOneOfABucketThroughEveryInterval) {
  limit(1000, 1000, 1);
  queue.ask(1);
  queue.ask(0);
  EXPECT_EQ(queue.grant(now), 0u) << "in order of shards";
  EXPECT_EQ(queue.grant(now), std::nullopt) << "the slot is out";
  queue.give_back(0, true, now);
  EXPECT_EQ(queue.grant(now + 4s), std::nullopt);
  EXPECT_EQ(queue.next_grant(now + 4s), now + 5s);
  EXPECT_EQ(queue.grant(now + 5s), 1u);
}

TEST_F(IdentifyQueueTest, RunsBucketsSideBySide) {
  limit(1000, 1000, 4);
  for (std::uint32_t shard = 0; shard < 8; ++shard) queue.ask(shard);
  for (std::uint32_t shard = 0; shard < 4; ++shard) {
    EXPECT_EQ(queue.grant(now), shard);
    queue.give_back(shard, true, now);
  }
  EXPECT_EQ(queue.grant(now), std::nullopt);
  EXPECT_EQ(queue.grant(now + 5s), 4u);
}

TEST_F(IdentifyQueueTest, TakesAnUnspentSlotBackAtOnce) {
  limit(1000, 1000, 1);
  queue.ask(0);
  queue.ask(1);
  EXPECT_EQ(queue.grant(now), 0u);
  queue.give_back(0, false, now);
  EXPECT_EQ(queue.grant(now), 1u);
  EXPECT_EQ(queue.remaining(), 1000u);
}

TEST_F(IdentifyQueueTest, ForgetsWhoLeavesTheLine) {
  limit(1000, 1000, 1);
  queue.ask(0);
  queue.give_back(0, false, now);
  EXPECT_EQ(queue.grant(now), std::nullopt);
  EXPECT_EQ(queue.next_grant(now), std::nullopt);
}

TEST_F(IdentifyQueueTest, NeverUsesTheLastHundredthOfTheBudget) {
  limit(1000, 11, 1);
  queue.ask(0);
  queue.ask(1);
  EXPECT_EQ(queue.grant(now), 0u);
  queue.give_back(0, true, now);
  EXPECT_TRUE(queue.exhausted());
  EXPECT_EQ(queue.grant(now + 10s), std::nullopt);
  EXPECT_EQ(queue.next_grant(now + 10s), now + 1h);
  EXPECT_EQ(queue.grant(now + 1h), 1u) << "the budget is new after its reset";
  EXPECT_EQ(queue.remaining(), 1000u);
}

TEST_F(IdentifyQueueTest, HasAFullBudgetAfterTheResetAlsoWhenMuchWasLeft) {
  limit(1000, 600, 1);
  queue.refill(now + 59min);
  EXPECT_EQ(queue.remaining(), 600u);
  queue.refill(now + 1h);
  EXPECT_EQ(queue.remaining(), 1000u);
  EXPECT_EQ(queue.reset_at(), SteadyTime{}) << "a new day begins with its first IDENTIFY";
  queue.ask(0);
  EXPECT_EQ(queue.grant(now + 2h), 0u);
  queue.give_back(0, true, now + 2h);
  EXPECT_EQ(queue.remaining(), 999u);
  EXPECT_EQ(queue.reset_at(), now + 26h);
}

TEST_F(IdentifyQueueTest, DoesNotSpinWhenDiscordDoesNotSayWhenTheBudgetIsFull) {
  queue.set_limit({1000, 0, 0ms, 1}, now);
  queue.ask(0);
  EXPECT_TRUE(queue.has_waiting());
  EXPECT_EQ(queue.grant(now), std::nullopt);
  EXPECT_GE(queue.next_grant(now), now + 1min);
}

TEST_F(IdentifyQueueTest, KeepsTheLineWhenTheConcurrencyChanges) {
  limit(1000, 1000, 1);
  for (std::uint32_t shard = 0; shard < 3; ++shard) queue.ask(shard);
  limit(1000, 1000, 16);
  EXPECT_EQ(queue.grant(now), 0u);
  EXPECT_EQ(queue.grant(now), 1u);
  EXPECT_EQ(queue.grant(now), 2u);
}

}  // namespace
}  // namespace discern::discord
