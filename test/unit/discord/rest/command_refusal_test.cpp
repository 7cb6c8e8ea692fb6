#include "discord/rest/command_refusal.hpp"

#include <gtest/gtest.h>

namespace discern::discord {
namespace {

TEST(CommandRefusal, NamesEachCommandByItsIndex) {
  const auto refused = parse_refused_commands(
      R"({"code":50035,"message":"Invalid Form Body","errors":{
          "3":{"options":{"0":{"choices":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH",
               "message":"Must be 25 or fewer in length."}]}}}},
          "1":{"_errors":[{"code":"APPLICATION_COMMAND_TOO_LARGE","message":"Too large"}]}}})",
      4);
  ASSERT_EQ(refused.size(), 2u);
  EXPECT_EQ(refused[0].index, 1u);
  EXPECT_EQ(refused[0].why, "Too large");
  EXPECT_EQ(refused[1].index, 3u);
  EXPECT_EQ(refused[1].why, "options[0].choices: Must be 25 or fewer in length.");
}

TEST(CommandRefusal, TakesNothingElseForAnIndex) {
  const char* beyond = R"({"errors":{"4":{"_errors":[{"message":"x"}]}}})";
  EXPECT_TRUE(parse_refused_commands(beyond, 4).empty());
  EXPECT_TRUE(parse_refused_commands(R"({"errors":{"_errors":[{"message":"x"}]}})", 4).empty());
  EXPECT_TRUE(parse_refused_commands(R"({"errors":[]})", 4).empty());
  EXPECT_TRUE(parse_refused_commands("<html>", 4).empty());
  EXPECT_TRUE(parse_refused_commands(R"({"errors":{"-1":{},"1x":{},"":{}}})", 4).empty());
}

TEST(CommandRefusal, SaysWhatIsWrongWithOneCommand) {
  EXPECT_EQ(parse_refusal(R"({"errors":{"name":{"_errors":[{"message":"Bad"}]}}})"), "name: Bad");
  EXPECT_EQ(parse_refusal(R"({"message":"no"})"), "");
}

}  // namespace
}  // namespace discern::discord
