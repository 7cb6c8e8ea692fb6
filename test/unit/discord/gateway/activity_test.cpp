#include "discord/gateway/activity.hpp"

#include <gtest/gtest.h>

#include "metrics/catalogue.hpp"
#include "unit/discord/gateway/shard_harness.hpp"

namespace discern::discord {
namespace {

namespace catalogue = metrics::catalogue;

double value(const metrics::Snapshot& now, const metrics::Descriptor& family) {
  const auto& series = now.find_family(family.name)->series;
  EXPECT_EQ(series.size(), metrics::kPeriods.size());
  for (const metrics::Series* other : series) {
    EXPECT_EQ(now.value(*other), now.value(*series[0])) << other->key();
  }
  return now.value(*series[0]);
}

TEST(Activity, CountsPeopleAndNeitherBotsNorWebhooks) {
  ShardHarness harness(Compression::None);
  harness.connect();
  int sequence = 0;
  const auto send = [&](std::string_view type, std::string_view d) {
    std::string text = R"({"t":")" + std::string(type) + R"(","s":)" + std::to_string(++sequence) +
                       R"(,"op":0,"d":)" + std::string(d) + "}";
    text.reserve(text.size() + net::kMessagePadding);
    harness.receive(text);
  };
  send("MESSAGE_CREATE", R"({"guild_id":"7","author":{"id":"101"}})");
  send("MESSAGE_CREATE", R"({"guild_id":"7","author":{"id":"102","bot":true}})");
  send("MESSAGE_CREATE", R"({"guild_id":"7","webhook_id":"1","author":{"id":"103"}})");
  send("MESSAGE_CREATE", R"({"author":{"id":"101"}})");
  send("INTERACTION_CREATE",
       R"({"id":"1","type":2,"token":"t","guild_id":"8","member":{"user":{"id":"104"}}})");
  send("INTERACTION_CREATE", R"({"id":"2","type":2,"token":"t","user":{"id":"101"}})");
  // What is no act of theirs.
  send("PRESENCE_UPDATE", R"({"guild_id":"7","user":{"id":"105"}})");
  send("TYPING_START", R"({"guild_id":"7","user_id":"106"})");
  EXPECT_NEAR(value(*harness.snapshot(), catalogue::kActiveUsers), 2, 0.5);
}

TEST(Activity, ACutHoldsTheEventsUpToItHoweverLateItIsRead) {
  metrics::Registry registry{SystemTime{}};
  Activity activity(registry);
  activity.count({1}, {7});
  activity.count({}, {7});
  activity.count({1}, {9});
  activity.count({1}, {});
  activity.publish();
  activity.count({2}, {9});
  const metrics::SnapshotPtr cut = registry.snapshot({}, {});
  EXPECT_EQ(value(*cut, catalogue::kGuildEvents), 3);
  activity.publish();
  const metrics::SnapshotPtr next = registry.snapshot({}, {});
  EXPECT_EQ(value(*next, catalogue::kGuildEvents), 4);
  const auto view = next->topk(*next->find_family(catalogue::kGuildEvents.name)->series[0]);
  ASSERT_EQ(view.items.size(), 2u);
  EXPECT_EQ(view.items[0].item, "7");
  EXPECT_EQ(view.items[0].count, 2u);
}

}  // namespace
}  // namespace discern::discord
