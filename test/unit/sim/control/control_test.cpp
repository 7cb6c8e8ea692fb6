#include "sim/control/control.hpp"

#include <gtest/gtest.h>

#include "sim/control/truth.hpp"

namespace discern::sim {
namespace {

constexpr Instant kNow{Millis{1'795'000'000'000}};

class NotingSocket final : public GatewaySocket {
 public:
  void send(std::string_view, bool) override { ++messages; }
  std::size_t unsent() const override { return 0; }
  void close(std::uint16_t code, std::string_view) override { closed_with = code; }
  void abort() override { aborted = true; }
  std::size_t messages = 0;
  std::uint16_t closed_with = 0;
  bool aborted = false;
};

class ControlTest : public ::testing::Test {
 protected:
  void connect(NotingSocket& socket, const std::string& shard) {
    state.gateway.open(socket, {}, kNow)
        .on_message(R"({"op":2,"d":{"token":"sim.x","intents":513,"shard":)" + shard +
                        R"(,"properties":{"os":"a","browser":"b","device":"c"}}})",
                    kNow);
  }
  static GatewaySettings settings() {
    GatewaySettings settings;
    settings.identify.interval = Millis{0};
    return settings;
  }
  State state{{1, 20}, settings(), kNow};
  Life life{state, {0, std::chrono::seconds{60}}, kNow};
  Control control{state, life};
  NotingSocket first;
  NotingSocket second;
};

TEST_F(ControlTest, KnowsNoOtherActions) {
  EXPECT_EQ(control.act("dance", {}, kNow).error().kind, Errc::NotFound);
}

TEST_F(ControlTest, ClosesTheConnectionOfOneShard) {
  connect(first, "[0,2]");
  connect(second, "[1,2]");
  ASSERT_TRUE(control.act("close", {{"shard", 1}, {"code", 4000}}, kNow).ok());
  EXPECT_EQ(first.closed_with, 0);
  EXPECT_EQ(second.closed_with, 4000);
  ASSERT_TRUE(control.act("close", {{"shard", 0}}, kNow).ok());
  EXPECT_TRUE(first.aborted);
  EXPECT_FALSE(control.act("close", {{"shard", 7}}, kNow).ok());
}

TEST_F(ControlTest, FloodsExactlyAsManyAsAsked) {
  connect(first, "[0,1]");
  const std::size_t before = first.messages;
  ASSERT_TRUE(control.act("flood", {{"count", 2500}}, kNow).ok());
  EXPECT_EQ(first.messages - before, 2500U);
  const json::object truth = describe_state(state, life, kNow);
  EXPECT_EQ(truth.at("dispatches").at("total").to_number<std::uint64_t>(), first.messages - 1);
}

TEST_F(ControlTest, TakesGuildsDownAndUp) {
  connect(first, "[0,1]");
  const std::string id = to_text(state.world.guilds()[0].id);
  ASSERT_TRUE(control.act("outage", {{"guild", id}}, kNow).ok());
  EXPECT_FALSE(state.world.guilds()[0].available);
  ASSERT_TRUE(control.act("outage", {{"guild", id}, {"over", true}}, kNow).ok());
  EXPECT_TRUE(state.world.guilds()[0].available);
  EXPECT_EQ(state.gateway.counts().dispatches_by_type.at("GUILD_DELETE"), 1U);
  EXPECT_EQ(state.gateway.counts().dispatches_by_type.at("GUILD_CREATE"), 21U);
}

TEST_F(ControlTest, EndsAnOutageByItselfWhenAskedTo) {
  connect(first, "[0,1]");
  const std::string id = to_text(state.world.guilds()[0].id);
  ASSERT_TRUE(control.act("outage", {{"guild", id}, {"for_s", 2}}, kNow).ok());
  control.on_tick(kNow + Millis{1999});
  EXPECT_FALSE(state.world.guilds()[0].available);
  control.on_tick(kNow + Millis{2000});
  EXPECT_TRUE(state.world.guilds()[0].available);
}

TEST_F(ControlTest, CountsTheTruthBySession) {
  connect(first, "[0,2]");
  connect(second, "[1,2]");
  ASSERT_TRUE(control.act("message", {{"content", "hi"}, {"count", 10}}, kNow).ok());
  const json::object truth = describe_state(state, life, kNow);
  std::uint64_t sum = 0;
  for (const json::value& session : truth.at("sessions").as_array()) {
    for (const auto& [type, n] : session.at("dispatches").as_object()) {
      sum += n.to_number<std::uint64_t>();
    }
  }
  EXPECT_EQ(sum, truth.at("dispatches").at("total").to_number<std::uint64_t>());
  EXPECT_EQ(truth.at("dispatches").at("by_type").at("MESSAGE_CREATE").to_number<int>(), 10);
}

}  // namespace
}  // namespace discern::sim
