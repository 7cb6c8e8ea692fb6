#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "sim/rest/command_form.hpp"
#include "sim/rest/message_form.hpp"

namespace discern::sim {
namespace {

namespace json = boost::json;

FormProblems command(std::string_view text) {
  return check_command(json::parse(text).as_object(), "");
}
FormProblems message(std::string_view text, const std::vector<FilePart>& files = {}) {
  return check_message(json::parse(text).as_object(), files);
}

TEST(ToErrors, NestsPaths) {
  EXPECT_EQ(json::serialize(to_errors({{"embeds.0.title", "LONG", "Too long."}})),
            R"({"embeds":{"0":{"title":{"_errors":[{"code":"LONG","message":"Too long."}]}}}})");
}

TEST(CheckCommand, AcceptsSubcommandsWithOptions) {
  EXPECT_TRUE(command(R"({"name":"musik-ü","description":"x","options":[
    {"type":2,"name":"list","description":"x","options":[
      {"type":1,"name":"add","description":"x","options":[
        {"type":3,"name":"song","description":"x","required":true},
        {"type":4,"name":"at","description":"x","choices":[{"name":"a","value":1}]}]}]}]})")
                  .empty());
}

TEST(CheckCommand, FindsEachFault) {
  EXPECT_FALSE(command(R"({"name":"Ping","description":"x"})").empty());
  EXPECT_FALSE(command(R"({"name":"a b","description":"x"})").empty());
  EXPECT_FALSE(command(R"({"name":"ping"})").empty());
  EXPECT_FALSE(command(R"({"type":2,"name":"Who","description":"x"})").empty());
  EXPECT_TRUE(command(R"({"type":2,"name":"Who Is"})").empty());
  const FormProblems order = command(R"({"name":"a","description":"x","options":[
    {"type":3,"name":"b","description":"x"},
    {"type":3,"name":"c","description":"x","required":true}]})");
  ASSERT_EQ(order.size(), 1U);
  EXPECT_EQ(order[0].path, "options.1");
}

TEST(CheckCommand, LimitsTheWholeText) {
  std::string options;
  for (int i = 0; i < 25; ++i) {
    std::string choices;
    for (int j = 0; j < 25; ++j) {
      choices += (j == 0 ? "" : ",") + std::string(R"({"name":"nnnnnnnnnn","value":"vvvvvv"})");
    }
    options += (i == 0 ? "" : ",") + std::string(R"({"type":3,"name":"o)") + std::to_string(i) +
               R"(","description":"x","choices":[)" + choices + "]}";
  }
  const auto problems = command(R"({"name":"a","description":"x","options":[)" + options + "]}");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].code, "APPLICATION_COMMAND_TOO_LARGE");
}

TEST(CheckCommandList, FindsRepeatedNamesButNotAcrossTypes) {
  EXPECT_TRUE(check_command_list(json::parse(R"([{"name":"a","description":"x"},
                                                {"type":2,"name":"a"}])")
                                     .as_array())
                  .empty());
  EXPECT_FALSE(check_command_list(json::parse(R"([{"name":"a","description":"x"},
                                                 {"name":"a","description":"y"}])")
                                      .as_array())
                   .empty());
}

TEST(CheckMessage, CountsCharactersNotBytes) {
  std::string umlauts;
  for (int i = 0; i < 2000; ++i) umlauts += "ü";
  EXPECT_TRUE(message(R"({"content":")" + umlauts + R"("})").empty());
  EXPECT_FALSE(message(R"({"content":")" + umlauts + R"(u"})").empty());
}

TEST(CheckMessage, LimitsEmbedsInAll) {
  const std::string embed = R"({"description":")" + std::string(3001, 'x') + R"("})";
  EXPECT_TRUE(message(R"({"embeds":[)" + embed + "]}").empty());
  const auto problems = message(R"({"embeds":[)" + embed + "," + embed + "]}");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].code, "MAX_EMBED_SIZE_EXCEEDED");
}

TEST(CheckMessage, TiesAttachmentsToFiles) {
  const std::vector<FilePart> files = {{"0", "a.txt", "text/plain", 5}};
  EXPECT_TRUE(message(R"({"attachments":[{"id":"0"}]})", files).empty());
  EXPECT_TRUE(message(R"({"attachments":[{"id":0}]})", files).empty());
  EXPECT_TRUE(message(R"({"attachments":[{"id":"1234567890123456789"}]})", files).empty());
  EXPECT_FALSE(message(R"({"attachments":[{"id":"1"}]})", files).empty());
}

TEST(CheckMessage, RefusesWhatShowsNothing) {
  const auto problems = message(R"({"content":"","embeds":[]})");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].error, 50006);
  EXPECT_TRUE(message("{}", {{"0", "a", "", 1}}).empty());
  EXPECT_EQ(message(R"({"embeds":[{}]})").at(0).path, "embeds.0.description");
}

}  // namespace
}  // namespace discern::sim
