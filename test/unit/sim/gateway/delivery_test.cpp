#include "sim/gateway/delivery.hpp"

#include <gtest/gtest.h>

#include "sim/gateway/gateway.hpp"
#include "sim/life/events.hpp"

namespace discern::sim {
namespace {

constexpr Instant kNow{Millis{1'795'000'000'000}};
using Counts = std::map<std::string_view, std::uint64_t>;

class QuietSocket final : public GatewaySocket {
 public:
  void send(std::string_view, bool) override {}
  std::size_t unsent() const override { return 0; }
  void close(std::uint16_t, std::string_view) override {}
  void abort() override {}
};

// One guild: READY is 1, GUILD_CREATE 2, what is said begins with 3.
class DeliveryTest : public ::testing::Test {
 protected:
  static GatewaySettings settings() {
    GatewaySettings settings;
    settings.identify.interval = Millis{0};
    return settings;
  }
  Connection& open() { return gateway.open(socket, {Compression::None, true}, kNow); }
  Connection& identify() {
    Connection& connection = open();
    connection.on_message(R"({"op":2,"d":{"token":"sim.x","intents":513,"properties":{"os":"a",)"
                          R"("browser":"b","device":"c"}}})",
                          kNow);
    return connection;
  }
  Connection& resume(const std::string& session, std::uint64_t sequence) {
    Connection& connection = open();
    connection.on_message(R"({"op":6,"d":{"token":"sim.x","session_id":")" + session +
                              R"(","seq":)" + std::to_string(sequence) + "}}",
                          kNow);
    return connection;
  }
  void beat(Connection& connection, std::uint64_t sequence) {
    connection.on_message(R"({"op":1,"d":)" + std::to_string(sequence) + "}", kNow);
  }
  void say_something(int times) {
    const Guild& guild = world.guilds()[0];
    for (int i = 0; i < times; ++i) {
      gateway.dispatch(message_delete(&guild, channel_id(guild, 0), Snowflake{5}), kNow);
    }
  }
  const Counts& undelivered() { return gateway.delivery().undelivered(); }

  World world{{1, 1}, kNow};
  Complaints complaints;
  Gateway gateway{world, complaints, settings()};
  QuietSocket socket;
};

TEST_F(DeliveryTest, WhatWasNotSentBeforeTheSessionEndedIsUndelivered) {
  Connection& connection = identify();
  say_something(2);
  connection.stall(kNow + Millis{1000});
  say_something(3);
  connection.invalidate_session(false, kNow);
  EXPECT_EQ(undelivered(), (Counts{{"MESSAGE_DELETE", 3}}));
  EXPECT_EQ(gateway.delivery().unsettled(), 0U);
}

TEST_F(DeliveryTest, ALateResumeTellsWhatABrokenConnectionLost) {
  Connection& connection = identify();
  const std::string id = connection.session()->id();
  beat(connection, 2);
  say_something(5);
  connection.drop();
  gateway.closed(connection, 1006, kNow);
  gateway.end_session(*gateway.find_session(id), "too late");
  EXPECT_EQ(gateway.delivery().unsettled(), 5U);
  resume(id, 4);
  EXPECT_EQ(undelivered(), (Counts{{"MESSAGE_DELETE", 3}}));
  EXPECT_EQ(gateway.delivery().unsettled(), 0U);
}

TEST_F(DeliveryTest, ALateResumeCorrectsAnEndThatSeemedInOrder) {
  Connection& connection = identify();
  const std::string id = connection.session()->id();
  say_something(5);
  connection.invalidate_session(false, kNow);
  EXPECT_EQ(undelivered(), Counts{});
  resume(id, 7);
  EXPECT_EQ(undelivered(), Counts{});
  resume(id, 1);
  EXPECT_EQ(undelivered(), Counts{}) << "the first word counts";
}

TEST_F(DeliveryTest, ALostResumedIsUndeliveredOnce) {
  Connection& first = identify();
  const std::string id = first.session()->id();
  gateway.closed(first, 1006, kNow);
  gateway.closed(resume(id, 2), 1006, kNow);
  EXPECT_EQ(undelivered(), Counts{});
  gateway.closed(resume(id, 2), 1006, kNow);
  EXPECT_EQ(undelivered(), (Counts{{"RESUMED", 1}}));
  gateway.closed(resume(id, 4), 1006, kNow);
  EXPECT_EQ(undelivered(), (Counts{{"RESUMED", 1}}));
}

TEST_F(DeliveryTest, ASessionWhoseReadyWasLostDeliveredNothing) {
  Connection& first = identify();
  say_something(2);
  first.drop();
  gateway.closed(first, 1006, kNow);
  identify();
  EXPECT_EQ(undelivered(), (Counts{{"READY", 1}, {"GUILD_CREATE", 1}, {"MESSAGE_DELETE", 2}}));
}

TEST_F(DeliveryTest, ASessionThatIsResumedLosesNothing) {
  Connection& first = identify();
  const std::string id = first.session()->id();
  say_something(2);
  first.drop();
  gateway.closed(first, 1006, kNow);
  say_something(2);
  resume(id, 3);
  EXPECT_EQ(undelivered(), Counts{});
  EXPECT_EQ(gateway.delivery().unsettled(), 0U);
}

}  // namespace
}  // namespace discern::sim
