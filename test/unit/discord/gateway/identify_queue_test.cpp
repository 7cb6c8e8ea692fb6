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

TEST_F(IdentifyQueueTest, KeepsTheIntervalWhenDiscordChangesTheBuckets) {
  limit(1000, 1000, 1);
  queue.ask(0);
  EXPECT_EQ(queue.grant(now), 0u);
  queue.give_back(0, true, now);
  limit(1000, 999, 16);
  queue.ask(16);
  EXPECT_EQ(queue.grant(now + 4s), std::nullopt);
  EXPECT_EQ(queue.next_grant(now + 4s), now + 5s);
  EXPECT_EQ(queue.grant(now + 5s), 16u);
}

TEST_F(IdentifyQueueTest, CountsEverySlotThatIsOutThoughBucketsMerge) {
  limit(1000, 13, 2);
  queue.ask(0);
  queue.ask(1);
  EXPECT_EQ(queue.grant(now), 0u);
  EXPECT_EQ(queue.grant(now), 1u);
  limit(1000, 13, 1);
  EXPECT_FALSE(queue.exhausted());
  queue.give_back(0, false, now);
  queue.give_back(1, false, now);
  limit(1000, 11, 1);
  EXPECT_FALSE(queue.exhausted()) << "no slot is out any more";
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

TEST_F(IdentifyQueueTest, HoldsTheStricterOfItsOwnCountAndDiscordsUntilTheReset) {
  limit(1000, 13, 1);
  queue.ask(0);
  ASSERT_EQ(queue.grant(now), 0u);
  queue.give_back(0, true, now);
  limit(1000, 13, 1);
  EXPECT_EQ(queue.remaining(), 12u) << "what Discord says is late";
  limit(1000, 11, 1);
  EXPECT_EQ(queue.remaining(), 11u) << "another process has spent, too";
  now += 1h;
  limit(1000, 1000, 1);
  queue.refill(now);
  EXPECT_EQ(queue.remaining(), 1000u);
}

TEST_F(IdentifyQueueTest, AnEarlierProcessHasSpentWhatItSpent) {
  queue.restore({1000, 10, now + 2h});
  limit(1000, 500, 1);
  queue.ask(0);
  EXPECT_EQ(queue.remaining(), 10u);
  EXPECT_EQ(queue.grant(now), std::nullopt);
  EXPECT_EQ(queue.next_grant(now), now + 2h);
  EXPECT_EQ(queue.reset_at(), now + 2h);
  EXPECT_EQ(queue.grant(now + 2h), 0u);
}

TEST_F(IdentifyQueueTest, NothingSpentIsNothingToStore) {
  limit(1000, 1000, 1);
  EXPECT_FALSE(queue.ledger_to_store(now));
}

TEST_F(IdentifyQueueTest, GrantsOnlyWhatTheLedgerOnDiskHasAsSpent) {
  queue.keep_on_disk();
  limit(1000, 900, 2);
  for (std::uint32_t shard = 0; shard < 6; ++shard) queue.ask(shard);
  EXPECT_TRUE(queue.needs_cover());
  EXPECT_EQ(queue.grant(now), std::nullopt);
  EXPECT_EQ(queue.next_grant(now), std::nullopt) << "nothing to wait for but the disk";

  EXPECT_EQ(queue.ledger_to_store(now)->remaining, 898u) << "a round of two is about to go";
  EXPECT_EQ(queue.grant(now), std::nullopt) << "it is not on disk yet";
  queue.on_stored();
  EXPECT_EQ(queue.grant(now), 0u);
  EXPECT_EQ(queue.grant(now), 1u);
  queue.give_back(0, true, now);
  queue.give_back(1, true, now);
  now += 5s;
  EXPECT_TRUE(queue.needs_cover());
  EXPECT_EQ(queue.grant(now), std::nullopt);
  EXPECT_EQ(queue.ledger_to_store(now)->remaining, 896u);
  queue.on_stored();
  EXPECT_EQ(queue.grant(now), 2u);
  EXPECT_EQ(queue.ledger_to_store(now)->remaining, 895u) << "two spent, one out, two to come";
}

TEST_F(IdentifyQueueTest, ASlotThatComesBackUnspentStaysPaidFor) {
  queue.keep_on_disk();
  limit(1000, 900, 1);
  queue.ask(0);
  (void)queue.ledger_to_store(now);
  queue.on_stored();
  ASSERT_EQ(queue.grant(now), 0u);
  queue.give_back(0, false, now);
  queue.ask(0);
  EXPECT_FALSE(queue.needs_cover());
  EXPECT_EQ(queue.grant(now), 0u);
  queue.give_back(0, false, now);
  EXPECT_FALSE(queue.ledger_to_store(now)) << "and costs nothing when nobody wants it";
}

}  // namespace
}  // namespace discern::discord
