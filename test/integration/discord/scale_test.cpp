// Many shards in one process.

#include <gtest/gtest.h>

#include "integration/discord/simulator.hpp"

namespace discern::discord {
namespace {

TEST(Scale, OneProcessBringsUpAndCountsOverAHundredShards) {
  Simulator simulator({{"--guilds", "2080"},
                       {"--shards", "104"},
                       {"--max-concurrency", "16"},
                       {"--identify-interval-ms", "200"}});
  ClientOptions options = Bot::options_for(simulator);
  options.identify_interval = std::chrono::milliseconds(250);
  Bot bot(options);
  ASSERT_TRUE(bot.client.start(bot.sink));
  ASSERT_TRUE(
      eventually([&] { return bot.client.status().shards.size() == 104 && bot.all_ready(); }));
  EXPECT_TRUE(eventually([&] { return bot.client.status().guilds == 2080; }));
  const auto members = simulator.state().at("members").to_number<std::uint64_t>();
  EXPECT_TRUE(eventually([&] { return bot.client.status().users == members; }));
  simulator.act("flood", R"({"count":100})");
  EXPECT_TRUE(eventually([&] { return bot.counted() == simulator.sent(); }));
  EXPECT_GE(bot.sum("discern_gateway_events_total"), 104 * 100 + 2080);
  EXPECT_EQ(simulator.state().at("identifies").to_number<int>(), 104);
  bot.client.stop(std::chrono::seconds(5));
  EXPECT_EQ(simulator.complaints(), "");
}

}  // namespace
}  // namespace discern::discord
