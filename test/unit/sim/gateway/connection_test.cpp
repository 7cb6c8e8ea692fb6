#include "sim/gateway/connection.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>
#include <vector>

#include "sim/gateway/gateway.hpp"
#include "sim/life/events.hpp"

namespace discern::sim {
namespace {

constexpr Instant kNow{Millis{1'795'000'000'000}};

class FakeSocket final : public GatewaySocket {
 public:
  void send(std::string_view message, bool) override {
    sent.push_back(json::parse(message).as_object());
  }
  std::size_t unsent() const override { return full ? std::size_t{1} << 30 : 0; }
  void close(std::uint16_t code, std::string_view) override { closed_with = code; }
  void abort() override { aborted = true; }

  std::vector<std::string> types() const {
    std::vector<std::string> out;
    for (const json::object& payload : sent) {
      const json::value* type = payload.if_contains("t");
      out.push_back(type != nullptr && type->is_string()
                        ? std::string(type->get_string())
                        : "op " + std::to_string(payload.at("op").as_int64()));
    }
    return out;
  }
  const json::object& last() const { return sent.back(); }

  std::vector<json::object> sent;
  bool full = false;
  std::uint16_t closed_with = 0;
  bool aborted = false;
};

class ConnectionTest : public ::testing::Test {
 protected:
  static GatewaySettings settings() {
    GatewaySettings settings;
    settings.resume_url = "ws://resume";
    settings.heartbeat_interval = Millis{1000};
    settings.replay.events = 50;
    settings.identify.interval = Millis{0};
    return settings;
  }
  Connection& open(FakeSocket& at) { return gateway.open(at, {Compression::None, true}, kNow); }
  static std::string identify(std::string_view extra = "") {
    return R"({"op":2,"d":{"token":"sim.x","intents":513,"properties":{"os":"a","browser":"b",)"
           R"("device":"c"})" +
           std::string(extra) + "}}";
  }
  static std::string resume(const std::string& session, std::uint64_t sequence) {
    return R"({"op":6,"d":{"token":"sim.x","session_id":")" + session + R"(","seq":)" +
           std::to_string(sequence) + "}}";
  }
  static std::string session_id(const FakeSocket& at) {
    return std::string(at.sent[1].at("d").at("session_id").as_string());
  }
  void say_something(int times = 1) {
    const Guild& guild = world.guilds()[0];
    for (int i = 0; i < times; ++i) {
      gateway.dispatch(message_delete(&guild, channel_id(guild, 0), Snowflake{5}), kNow);
    }
  }

  World world{{1, 3}, kNow};
  Complaints complaints;
  Gateway gateway{world, complaints, settings()};
  FakeSocket socket;
};

using Types = std::vector<std::string>;

TEST_F(ConnectionTest, SaysHelloFirst) {
  open(socket);
  EXPECT_EQ(socket.types(), Types{"op 10"});
  EXPECT_EQ(socket.last().at("d").at("heartbeat_interval").as_int64(), 1000);
}

TEST_F(ConnectionTest, AnswersIdentifyWithReadyAndEveryGuild) {
  open(socket).on_message(identify(), kNow);
  EXPECT_EQ(socket.types(),
            (Types{"op 10", "READY", "GUILD_CREATE", "GUILD_CREATE", "GUILD_CREATE"}));
  const json::value& ready = socket.sent[1].at("d");
  EXPECT_EQ(ready.at("resume_gateway_url").as_string(), "ws://resume");
  EXPECT_EQ(ready.at("guilds").as_array().size(), 3U);
  for (std::size_t i = 1; i < socket.sent.size(); ++i) {
    EXPECT_EQ(socket.sent[i].at("s").as_int64(), static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(complaints.count(), 0U);
}

TEST_F(ConnectionTest, WaitsForASlowReader) {
  socket.full = true;
  Connection& connection = open(socket);
  connection.on_message(identify(), kNow);
  EXPECT_EQ(socket.types(), Types{"op 10"});
  socket.full = false;
  connection.pump(kNow);
  EXPECT_EQ(socket.sent.size(), 5U);
}

TEST_F(ConnectionTest, AcknowledgesHeartbeatsUnlessSilent) {
  Connection& connection = open(socket);
  connection.on_message(R"({"op":1,"d":null})", kNow);
  EXPECT_EQ(socket.types().back(), "op 11");
  gateway.set_silent(true);
  connection.on_message(R"({"op":1,"d":null})", kNow);
  EXPECT_EQ(socket.sent.size(), 2U);
  EXPECT_EQ(complaints.count(), 0U);
}

TEST_F(ConnectionTest, ClosesWithTheCodeOfEachViolation) {
  const std::pair<std::string, std::uint16_t> cases[] = {
      {R"({"op":3,"d":{"since":null,"activities":[],"status":"online","afk":false}})", 4003},
      {R"({"op":12,"d":{}})", 4001},
      {"{", 4002},
      {R"({"op":2,"d":{"token":"real","intents":0,"properties":{"os":"","browser":"","device":""}}})",
       4004},
  };
  for (const auto& [text, code] : cases) {
    FakeSocket other;
    open(other).on_message(text, kNow);
    EXPECT_EQ(other.closed_with, code) << text;
  }
  EXPECT_EQ(complaints.count(), std::size(cases));
}

TEST_F(ConnectionTest, RefusesASecondIdentify) {
  Connection& connection = open(socket);
  connection.on_message(identify(), kNow);
  connection.on_message(identify(), kNow);
  EXPECT_EQ(socket.closed_with, close_code::kAlreadyAuthenticated);
}

TEST_F(ConnectionTest, RefusesIntentsThatAreNotGranted) {
  gateway.settings().denied_intents = 512;
  open(socket).on_message(identify(), kNow);
  EXPECT_EQ(socket.closed_with, close_code::kDisallowedIntents);
}

TEST_F(ConnectionTest, DemandsShardingBeyondTheLimit) {
  gateway.settings().guilds_per_shard = 2;
  open(socket).on_message(identify(), kNow);
  EXPECT_EQ(socket.closed_with, close_code::kShardingRequired);
}

TEST_F(ConnectionTest, ClosesAfter120PayloadsInAMinute) {
  Connection& connection = open(socket);
  for (int i = 0; i < 121; ++i) connection.on_message(R"({"op":1,"d":null})", kNow);
  EXPECT_EQ(socket.closed_with, close_code::kRateLimited);
}

TEST_F(ConnectionTest, InvalidatesAnIdentifyThatComesTooSoon) {
  gateway.identify_gate().set_limits({.interval = Millis{5000}});
  open(socket).on_message(identify(R"(,"shard":[0,2])"), kNow);
  FakeSocket second;
  open(second).on_message(identify(R"(,"shard":[1,2])"), kNow + Millis{100});
  EXPECT_EQ(second.types().back(), "op 9");
  EXPECT_FALSE(second.last().at("d").as_bool());
  EXPECT_EQ(complaints.count(), 1U);
}

TEST_F(ConnectionTest, ReplaysWhatWasMissedAndThenSaysResumed) {
  Connection& first = open(socket);
  first.on_message(identify(), kNow);
  gateway.closed(first, 1006, kNow);
  say_something(2);
  FakeSocket second;
  Connection& connection = open(second);
  connection.on_message(resume(session_id(socket), 3), kNow);
  EXPECT_EQ(second.types(),
            (Types{"op 10", "GUILD_CREATE", "MESSAGE_DELETE", "MESSAGE_DELETE", "RESUMED"}));
  EXPECT_EQ(connection.replayed(), 3U);
  say_something();
  EXPECT_EQ(second.last().at("s").as_int64(), 8);
  EXPECT_EQ(complaints.count(), 0U);
}

TEST_F(ConnectionTest, NeverReplaysReadyOrResumed) {
  Connection& first = open(socket);
  first.on_message(identify(), kNow);
  gateway.closed(first, 4200, kNow);
  FakeSocket second;
  Connection& again = open(second);
  again.on_message(resume(session_id(socket), 0), kNow);
  gateway.closed(again, 1006, kNow);
  FakeSocket third;
  open(third).on_message(resume(session_id(socket), 0), kNow);
  EXPECT_EQ(third.types(),
            (Types{"op 10", "GUILD_CREATE", "GUILD_CREATE", "GUILD_CREATE", "RESUMED"}));
}

TEST_F(ConnectionTest, GoesOnWithTheGuildsAfterAResume) {
  Connection& first = open(socket);
  socket.full = true;
  first.on_message(identify(), kNow);
  ASSERT_NE(first.session(), nullptr);
  const std::string id = first.session()->id();
  gateway.closed(first, 1006, kNow);
  FakeSocket second;
  open(second).on_message(resume(id, 1), kNow);
  EXPECT_EQ(second.types(),
            (Types{"op 10", "RESUMED", "GUILD_CREATE", "GUILD_CREATE", "GUILD_CREATE"}));
}

TEST_F(ConnectionTest, InvalidatesAResumeOfAnUnknownOrForgottenSession) {
  open(socket).on_message(resume("nobody", 0), kNow);
  EXPECT_EQ(socket.types().back(), "op 9");
  FakeSocket second;
  Connection& connection = open(second);
  connection.on_message(identify(), kNow);
  const std::string id = session_id(second);
  gateway.closed(connection, 1006, kNow);
  say_something(100);
  FakeSocket third;
  open(third).on_message(resume(id, 1), kNow);
  EXPECT_EQ(third.types().back(), "op 9");
  EXPECT_EQ(complaints.count(), 0U);
}

TEST_F(ConnectionTest, ComplainsAboutAHeartbeatFromTheFutureOfALiveSessionOnly) {
  Connection& refused = open(socket);
  refused.on_message(resume("nobody", 7), kNow);
  refused.on_message(R"({"op":1,"d":7})", kNow);
  EXPECT_EQ(complaints.count(), 0U);
  FakeSocket second;
  Connection& live = open(second);
  live.on_message(identify(), kNow);
  live.on_message(R"({"op":1,"d":7})", kNow);
  EXPECT_EQ(complaints.count(), 1U);
}

TEST_F(ConnectionTest, RefusesASequenceFromTheFuture) {
  Connection& first = open(socket);
  first.on_message(identify(), kNow);
  gateway.closed(first, 1006, kNow);
  FakeSocket second;
  open(second).on_message(resume(session_id(socket), 99), kNow);
  EXPECT_EQ(second.closed_with, close_code::kInvalidSequence);
  EXPECT_EQ(complaints.count(), 1U);
}

TEST_F(ConnectionTest, ForgetsTheSessionWhenTheClientClosesWith1000) {
  Connection& first = open(socket);
  first.on_message(identify(), kNow);
  gateway.closed(first, 1000, kNow);
  EXPECT_FALSE(gateway.has_sessions());
}

TEST_F(ConnectionTest, ForgetsTheSessionWhenNobodyResumesInTime) {
  Connection& first = open(socket);
  first.on_message(identify(), kNow);
  gateway.closed(first, 1006, kNow);
  gateway.on_tick(kNow + gateway.settings().session_ttl);
  EXPECT_TRUE(gateway.has_sessions());
  gateway.on_tick(kNow + gateway.settings().session_ttl + Millis{1});
  EXPECT_FALSE(gateway.has_sessions());
}

TEST_F(ConnectionTest, ComplainsAboutAMissedHeartbeat) {
  Connection& connection = open(socket);
  connection.on_tick(kNow + Millis{3400});
  EXPECT_EQ(complaints.count(), 0U);
  connection.on_tick(kNow + Millis{3600});
  EXPECT_EQ(complaints.count(), 1U);
  EXPECT_EQ(socket.closed_with, close_code::kUnknownError);
}

TEST_F(ConnectionTest, SendsNothingWhileStalled) {
  Connection& connection = open(socket);
  connection.on_message(identify(), kNow);
  connection.stall(kNow + Millis{500});
  say_something();
  EXPECT_EQ(socket.sent.size(), 5U);
  connection.on_tick(kNow + Millis{500});
  EXPECT_EQ(socket.sent.size(), 6U);
}

TEST_F(ConnectionTest, AnswersOneRequestForAllMembersPerHalfMinute) {
  Connection& connection = open(socket);
  const std::string intents = identify();
  std::string all = intents;
  all.replace(all.find("513"), 3, "515");
  connection.on_message(all, kNow);
  const std::string request = R"({"op":8,"d":{"guild_id":")" + to_text(world.guilds()[0].id) +
                              R"(","query":"","limit":0}})";
  connection.on_message(request, kNow);
  EXPECT_EQ(socket.types().back(), "GUILD_MEMBERS_CHUNK");
  connection.on_message(request, kNow + Millis{1000});
  EXPECT_EQ(socket.types().back(), "RATE_LIMITED");
}

TEST_F(ConnectionTest, CountsEveryDispatchByTypeAndShard) {
  open(socket).on_message(identify(), kNow);
  say_something(3);
  EXPECT_EQ(gateway.counts().dispatches_by_type.at("MESSAGE_DELETE"), 3U);
  EXPECT_EQ(gateway.counts().dispatches_by_type.at("GUILD_CREATE"), 3U);
  EXPECT_EQ(gateway.counts().dispatches_by_shard.at(0), 7U);
}

}  // namespace
}  // namespace discern::sim
