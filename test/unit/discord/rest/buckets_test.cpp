#include "discord/rest/buckets.hpp"

#include <gtest/gtest.h>

namespace discern::discord {
namespace {

using namespace std::chrono_literals;

RateHeaders headers(std::uint32_t limit,
                    std::uint32_t remaining,
                    std::chrono::milliseconds reset,
                    std::string bucket = "b1") {
  return {std::move(bucket), limit, remaining, reset};
}

struct BucketsTest : testing::Test {
  RateKey key(std::string major = "7", std::string route = "POST /channels/{}/messages") {
    return {std::move(route), std::move(major), true, {}};
  }
  bool goes(RateKey& k) { return !buckets.take(k, now); }
  Buckets buckets{50};
  SteadyTime now{1000s};
};

TEST_F(BucketsTest, SendsOneRequestToFindOutAnUnknownLimit) {
  RateKey first = key();
  RateKey second = key();
  EXPECT_TRUE(goes(first));
  EXPECT_EQ(buckets.take(second, now), Buckets::kAnswer);
  RateKey elsewhere = key("8");
  EXPECT_TRUE(goes(elsewhere)) << "another channel has a limit of its own";
  buckets.on_answer(first, headers(5, 4, 5s), now);
  EXPECT_TRUE(goes(second));
}

TEST_F(BucketsTest, SpendsWhatRemainsAndThenWaitsForTheReset) {
  RateKey first = key();
  ASSERT_TRUE(goes(first));
  buckets.on_answer(first, headers(3, 2, 5s), now);
  RateKey second = key();
  RateKey third = key();
  RateKey fourth = key();
  EXPECT_TRUE(goes(second));
  EXPECT_TRUE(goes(third));
  EXPECT_EQ(buckets.take(fourth, now), Buckets::kAnswer) << "two are under way";
  buckets.on_answer(second, headers(3, 1, 4s), now);
  buckets.on_answer(third, headers(3, 0, 4s), now);
  EXPECT_EQ(buckets.take(fourth, now), now + 4s);
  now += 4s;
  EXPECT_TRUE(goes(fourth));
}

TEST_F(BucketsTest, SharesABucketBetweenRoutes) {
  RateKey post = key();
  RateKey patch = key("7", "PATCH /channels/{}/messages/{}");
  ASSERT_TRUE(goes(post));
  buckets.on_answer(post, headers(2, 1, 5s), now);
  ASSERT_TRUE(goes(patch)) << "not known yet to share it";
  buckets.on_answer(patch, headers(2, 0, 5s), now);
  RateKey again = key();
  EXPECT_EQ(buckets.take(again, now), now + 5s);
}

TEST_F(BucketsTest, FollowsARouteToAnotherBucket) {
  RateKey first = key();
  ASSERT_TRUE(goes(first));
  buckets.on_answer(first, headers(1, 0, 60s), now);
  now += 61s;
  RateKey second = key();
  ASSERT_TRUE(goes(second));
  buckets.on_answer(second, headers(5, 4, 5s, "b2"), now);
  RateKey third = key();
  EXPECT_TRUE(goes(third));
}

TEST_F(BucketsTest, BelievesTheLowestOfAnswersThatOvertakeEachOther) {
  RateKey first = key();
  ASSERT_TRUE(goes(first));
  buckets.on_answer(first, headers(5, 4, 5s), now);
  RateKey a = key();
  RateKey b = key();
  ASSERT_TRUE(goes(a) && goes(b));
  buckets.on_answer(b, headers(5, 2, 5s), now);
  buckets.on_answer(a, headers(5, 3, 5s), now);
  RateKey c = key();
  RateKey d = key();
  RateKey e = key();
  EXPECT_TRUE(goes(c) && goes(d));
  EXPECT_FALSE(goes(e));
}

TEST_F(BucketsTest, ObeysRetryAfterOfA429) {
  RateKey first = key();
  ASSERT_TRUE(goes(first));
  buckets.on_limited(first, headers(5, 0, 2s), LimitScope::User, 3s, now);
  RateKey second = key();
  EXPECT_EQ(buckets.take(second, now), now + 3s);
  RateKey elsewhere = key("8");
  EXPECT_TRUE(goes(elsewhere));
}

TEST_F(BucketsTest, StopsEverythingButInteractionsAfterAGlobal429) {
  RateKey first = key();
  ASSERT_TRUE(goes(first));
  buckets.on_limited(first, {}, LimitScope::Global, 4s, now);
  RateKey elsewhere = key("8");
  EXPECT_EQ(buckets.take(elsewhere, now), now + 4s);
  RateKey interaction{"POST /interactions/{}/{token}/callback", "1", false, {}};
  EXPECT_TRUE(goes(interaction));
}

TEST_F(BucketsTest, NeverSendsMoreThanFiftyInASecond) {
  int sent = 0;
  for (int i = 0; i < 80; ++i) {
    RateKey one = key(std::to_string(i));
    if (goes(one)) ++sent;
  }
  EXPECT_EQ(sent, 50);
  RateKey late = key("late");
  EXPECT_EQ(buckets.take(late, now), now + 1s);
  for (int i = 0; i < 80; ++i) {
    RateKey interaction{"POST /interactions/{}/{token}/callback", std::to_string(i), false, {}};
    EXPECT_TRUE(goes(interaction));
  }
  now += 1s;
  EXPECT_TRUE(goes(late));
}

TEST_F(BucketsTest, DoesNotWaitWhereThereAreNoLimits) {
  RateKey first = key();
  ASSERT_TRUE(goes(first));
  buckets.on_answer(first, {}, now);
  for (int i = 0; i < 20; ++i) {
    RateKey next = key();
    EXPECT_TRUE(goes(next));
  }
}

TEST_F(BucketsTest, LearnsNothingOfARouteFromARefusalWithoutLimits) {
  RateKey first = key();
  ASSERT_TRUE(goes(first));
  buckets.on_limited(first, {}, LimitScope::Global, 2s, now);
  now += 2s;
  RateKey second = key();
  RateKey third = key();
  EXPECT_TRUE(goes(second));
  EXPECT_EQ(buckets.take(third, now), Buckets::kAnswer) << "its limit is still unknown";
  buckets.on_answer(second, {}, now, Buckets::Answered::Badly);
  EXPECT_TRUE(goes(third));
  EXPECT_EQ(buckets.take(first, now), Buckets::kAnswer);
}

TEST_F(BucketsTest, TellsHowFullTheFullestBucketOfARouteIs) {
  RateKey full = key("7");
  RateKey empty = key("8");
  RateKey patch = key("7", "PATCH /channels/{}/messages/{}");
  RateKey unlimited = key("9", "GET /unlimited");
  for (RateKey* one : {&full, &empty, &patch, &unlimited}) ASSERT_TRUE(goes(*one));
  buckets.on_answer(full, headers(5, 1, 4s), now);
  buckets.on_answer(empty, headers(5, 4, 5s), now);
  buckets.on_answer(patch, headers(2, 2, 1s, "b2"), now);
  buckets.on_answer(unlimited, {}, now);
  const auto use = buckets.use(now);
  ASSERT_EQ(use.size(), 2u) << "what has no limit has no use";
  EXPECT_EQ(use[0].route, "PATCH /channels/{}/messages/{}");
  EXPECT_EQ(use[1].route, "POST /channels/{}/messages");
  EXPECT_EQ(use[1].bucket, "b1");
  EXPECT_EQ(use[1].buckets, 2u);
  EXPECT_EQ(use[1].limit, 5u);
  EXPECT_EQ(use[1].remaining, 1u);
  EXPECT_EQ(use[1].reset_in, 4s);
  EXPECT_FALSE(use[1].blocked);
  EXPECT_EQ(buckets.use(now + 5s)[1].remaining, 5u) << "full again after its reset";
  EXPECT_EQ(buckets.global_used(now), 4u);
  EXPECT_EQ(buckets.global_used(now + 1s), 0u);
}

TEST_F(BucketsTest, ShowsWhatA429Blocks) {
  RateKey first = key();
  ASSERT_TRUE(goes(first));
  buckets.on_limited(first, {}, LimitScope::Shared, 3s, now);
  const auto use = buckets.use(now);
  ASSERT_EQ(use.size(), 1u);
  EXPECT_TRUE(use[0].blocked);
  EXPECT_EQ(use[0].route, "POST /channels/{}/messages") << "its bucket is not known";
  RateKey second = key("7", "GET /users/@me");
  ASSERT_TRUE(goes(second));
  buckets.on_limited(second, {}, LimitScope::Global, 2s, now);
  EXPECT_EQ(buckets.global_block(now), 2s);
  EXPECT_EQ(buckets.global_block(now + 2s), 0s);
}

TEST_F(BucketsTest, GivesThePlaceBackWithoutAnAnswer) {
  RateKey first = key();
  ASSERT_TRUE(goes(first));
  buckets.on_no_answer(first);
  RateKey second = key();
  EXPECT_TRUE(goes(second));
}

TEST_F(BucketsTest, ForgetsWhatIsIdleAndEveryInteraction) {
  for (int i = 0; i < 20; ++i) {
    RateKey interaction{"POST /interactions/{}/{token}/callback", std::to_string(i), false, {}};
    ASSERT_TRUE(goes(interaction));
    buckets.on_answer(interaction, headers(5, 4, 1s, "i"), now);
  }
  EXPECT_EQ(buckets.size(), 0u);
  RateKey first = key();
  ASSERT_TRUE(goes(first));
  buckets.on_answer(first, headers(5, 4, 1s), now);
  const std::size_t before = buckets.size();
  buckets.forget_idle(now + 1min);
  EXPECT_EQ(buckets.size(), before);
  buckets.forget_idle(now + 1h);
  EXPECT_EQ(buckets.size(), 0u);
}

}  // namespace
}  // namespace discern::discord
