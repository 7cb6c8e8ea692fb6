#include "discord/gateway/outgoing.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace discern::discord {
namespace {

namespace json = boost::json;

TEST(Outgoing, IdentifiesWithTheBareTokenAndTheShard) {
  const json::value parsed = json::parse(
      encode_identify(Secret("tok\"en"), {3, 16, 513, {"idle", Presence::Activity::Custom, "hi"}}));
  EXPECT_EQ(parsed.at("op"), 2);
  const json::value& d = parsed.at("d");
  EXPECT_EQ(d.at("token"), "tok\"en");
  EXPECT_EQ(d.at("intents"), 513);
  EXPECT_EQ(d.at("shard"), (json::array{3, 16}));
  EXPECT_EQ(d.at("presence").at("status"), "idle");
  EXPECT_EQ(d.at("presence").at("activities").at(0).at("state"), "hi");
  EXPECT_EQ(d.at("properties").at("browser"), "discern");
}

TEST(Outgoing, ResumesWithSessionAndSequence) {
  const json::value parsed = json::parse(encode_resume(Secret("t"), {"abc", "wss://x", 0}));
  EXPECT_EQ(parsed, json::parse(R"({"op":6,"d":{"token":"t","session_id":"abc","seq":0}})"));
}

TEST(Outgoing, BeatsWithNullBeforeTheFirstSequence) {
  EXPECT_EQ(encode_heartbeat(std::nullopt), R"({"op":1,"d":null})");
  EXPECT_EQ(encode_heartbeat(0), R"({"op":1,"d":0})");
}

TEST(Outgoing, LeavesTheActivityOutWithoutText) {
  const json::value parsed = json::parse(encode_presence_update({}));
  EXPECT_EQ(parsed.at("op"), 3);
  EXPECT_TRUE(parsed.at("d").at("activities").as_array().empty());
  EXPECT_EQ(encode_payload(Op::RequestGuildMembers, "{}"), R"({"op":8,"d":{}})");
}

}  // namespace
}  // namespace discern::discord
