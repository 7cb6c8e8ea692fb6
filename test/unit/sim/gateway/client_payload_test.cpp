#include "sim/gateway/client_payload.hpp"

#include <gtest/gtest.h>

#include <string>

namespace discern::sim {
namespace {

constexpr std::string_view kIdentify =
    R"({"op":2,"d":{"token":"sim.x","intents":513,"shard":[1,4],
        "properties":{"os":"linux","browser":"discern","device":"discern"}}})";

std::string with(std::string_view from, std::string_view to) {
  std::string text(kIdentify);
  text.replace(text.find(from), from.size(), to);
  return text;
}

std::uint16_t code_of(std::string_view text) {
  const CheckedPayload checked = check_client_payload(text);
  const auto* violation = std::get_if<Violation>(&checked);
  return violation == nullptr ? 0 : violation->close_code;
}

template <class T>
T payload_of(std::string_view text) {
  return std::get<T>(std::get<ClientPayload>(check_client_payload(text)));
}

TEST(CheckClientPayload, ReadsAnIdentify) {
  const auto identify = payload_of<IdentifyPayload>(kIdentify);
  EXPECT_EQ(identify.token, "sim.x");
  EXPECT_EQ(identify.intents, 513U);
  EXPECT_EQ(identify.shard, (Shard{1, 4}));
  EXPECT_TRUE(identify.has_shard);
}

TEST(CheckClientPayload, TakesAMissingShardForTheOnlyOne) {
  const auto identify = payload_of<IdentifyPayload>(with(R"("shard":[1,4],)", ""));
  EXPECT_EQ(identify.shard, (Shard{0, 1}));
  EXPECT_FALSE(identify.has_shard);
}

TEST(CheckClientPayload, ReadsHeartbeats) {
  EXPECT_EQ(payload_of<HeartbeatPayload>(R"({"op":1,"d":null})").sequence, std::nullopt);
  EXPECT_EQ(payload_of<HeartbeatPayload>(R"({"op":1,"d":0})").sequence, 0U);
  EXPECT_EQ(payload_of<HeartbeatPayload>(R"({"d":251,"op":1})").sequence, 251U);
}

TEST(CheckClientPayload, ReadsAResumeAtSequenceZero) {
  const auto resume =
      payload_of<ResumePayload>(R"({"op":6,"d":{"token":"sim.x","session_id":"s","seq":0}})");
  EXPECT_EQ(resume.session_id, "s");
  EXPECT_EQ(resume.sequence, 0U);
}

TEST(CheckClientPayload, AllowsExactly4096Bytes) {
  std::string text = R"({"op":1,"d":null,"x":")";
  text.append(kMaxClientPayload - text.size() - 2, 'x');
  text += R"("})";
  EXPECT_EQ(code_of(text), 0);
  text.insert(text.size() - 2, "x");
  EXPECT_EQ(code_of(text), close_code::kDecodeError);
}

TEST(CheckClientPayload, RefusesWhatIsNoPayload) {
  for (const char* text : {"",
                           "nonsense",
                           "[]",
                           "{}",
                           R"({"op":"1"})",
                           R"({"op":2})",
                           R"({"op":2,"d":[]})",
                           R"({"op":1})",
                           R"({"op":1,"d":-1})",
                           "\xff\xfe"}) {
    EXPECT_EQ(code_of(text), close_code::kDecodeError) << text;
  }
}

TEST(CheckClientPayload, RefusesOpcodesThatAreNotTheClients) {
  for (const char* op : {"0", "5", "7", "9", "10", "11", "99", "-1"}) {
    EXPECT_EQ(code_of(std::string(R"({"op":)") + op + R"(,"d":{}})"), close_code::kUnknownOpcode)
        << op;
  }
}

TEST(CheckClientPayload, GivesEachFaultOfAnIdentifyItsCode) {
  EXPECT_EQ(code_of(with(R"("token":"sim.x",)", "")), close_code::kDecodeError);
  EXPECT_EQ(code_of(with(R"("os":"linux",)", "")), close_code::kDecodeError);
  EXPECT_EQ(code_of(with("[1,4]", "[4,4]")), close_code::kInvalidShard);
  EXPECT_EQ(code_of(with("[1,4]", "[0,0]")), close_code::kInvalidShard);
  EXPECT_EQ(code_of(with("[1,4]", "[1]")), close_code::kInvalidShard);
  EXPECT_EQ(code_of(with(R"("intents":513,)", "")), close_code::kInvalidIntents);
  EXPECT_EQ(code_of(with("513", "131072")), close_code::kInvalidIntents);
  EXPECT_EQ(code_of(with("513", R"(513,"large_threshold":10)")), close_code::kDecodeError);
}

TEST(CheckClientPayload, RefusesAResumeWithoutASequence) {
  EXPECT_EQ(code_of(R"({"op":6,"d":{"token":"sim.x","session_id":"s"}})"),
            close_code::kInvalidSequence);
  EXPECT_EQ(code_of(R"({"op":6,"d":{"token":"sim.x","seq":1}})"), close_code::kDecodeError);
}

TEST(CheckClientPayload, ReadsMemberRequests) {
  const auto request = payload_of<MembersPayload>(
      R"({"op":8,"d":{"guild_id":"5","query":"","limit":0,"nonce":"n"}})");
  EXPECT_TRUE(request.wants_everyone());
  EXPECT_EQ(request.nonce, "n");
  EXPECT_EQ(payload_of<MembersPayload>(R"({"op":8,"d":{"guild_id":"5","user_ids":["7","8"]}})")
                .user_ids.size(),
            2U);
  EXPECT_EQ(code_of(R"({"op":8,"d":{"guild_id":["5"],"query":"","limit":0}})"),
            close_code::kDecodeError);
}

TEST(IsValidToken, WantsThePrefixAndMore) {
  EXPECT_TRUE(is_valid_token("sim.anything"));
  EXPECT_FALSE(is_valid_token("sim."));
  EXPECT_FALSE(is_valid_token("Bot sim.x"));
  EXPECT_FALSE(is_valid_token(""));
}

}  // namespace
}  // namespace discern::sim
