#include "sim/gateway/intents.hpp"

#include <gtest/gtest.h>

namespace discern::sim {
namespace {

TEST(RequiredIntents, DependOnWhereAMessageWasWritten) {
  EXPECT_EQ(required_intents("MESSAGE_CREATE", Place::Guild), intent::kGuildMessages);
  EXPECT_EQ(required_intents("MESSAGE_CREATE", Place::Direct), intent::kDirectMessages);
}

TEST(RequiredIntents, AreNoneForInteractionsAndUnknownEvents) {
  EXPECT_EQ(required_intents("INTERACTION_CREATE", Place::Guild), 0U);
  EXPECT_EQ(required_intents("SOMETHING_NEW", Place::Guild), 0U);
  EXPECT_TRUE(lets_through(0, 0));
}

TEST(LetsThrough, NeedsOneOfTheBits) {
  EXPECT_TRUE(lets_through(intent::kGuilds, intent::kGuilds | intent::kGuildMembers));
  EXPECT_FALSE(lets_through(intent::kGuilds, intent::kGuildPresences));
}

TEST(AreAssigned, KnowsTheGaps) {
  EXPECT_TRUE(are_assigned(0));
  EXPECT_TRUE(are_assigned(0x1FFFF));
  EXPECT_TRUE(are_assigned((1U << 20) | (1U << 25)));
  EXPECT_FALSE(are_assigned(1U << 17));
  EXPECT_FALSE(are_assigned(1U << 22));
  EXPECT_FALSE(are_assigned(1ULL << 40));
}

}  // namespace
}  // namespace discern::sim
