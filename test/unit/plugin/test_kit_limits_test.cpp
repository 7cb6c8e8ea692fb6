// The test kit is as strict as the host: both ask the same table of Discord's limits.

#include <gtest/gtest.h>
#include <discern/plugin/core.hpp>
#include <discern/plugin/testing/fake_host.hpp>

#include "plugin/boundary.hpp"
#include "plugin/command_spec.hpp"

namespace discern::plugin {
namespace {

discern_callback nothing() {
  return {[](void*, const void*, discern_failure*) -> std::int32_t { return 0; }, nullptr, nullptr};
}

// What the kit says when a plugin registers it; empty when it takes it.
std::string kit_says(testing::FakeHost& host, const CommandSpec& spec) {
  auto given = sized_struct<discern_command>();
  auto failure = sized_struct<discern_failure>();
  given.path = lend(std::string_view(spec.path));
  given.description = lend(std::string_view(spec.description));
  given.options_json = lend(std::string_view(spec.options_json));
  given.attributes_json = lend(std::string_view(spec.attributes_json));
  given.type = static_cast<std::uint32_t>(spec.type);
  given.run = nothing();
  const bool taken = host.table()->register_command(host.table()->context, &given, &failure) != 0;
  return taken ? std::string() : std::string(failure.text);
}

std::string host_says(const CommandSpec& spec) {
  const Result<void> result = check_command(spec, {});
  return result.ok() ? std::string() : result.error().text;
}

TEST(TestKitLimits, SaysOfACommandWhatTheHostSays) {
  const std::string choice = R"({"name":"n","value":"v"})";
  std::string choices = choice;
  for (int i = 1; i < 26; ++i) choices += "," + choice;
  const auto with = [](const std::string& field) {
    return R"([{"type":3,"name":"topic","description":"Which",)" + field + "}]";
  };
  const std::string fine = with(R"("choices":[)" + choice + "]");
  const CommandSpec cases[] = {
      {"ask", "Asks", fine, ""},
      {"ask", "Asks", with(R"("choices":[)" + choices + "]"), ""},
      {"ask", "Asks", with(R"("name_localizations":{"de":"Thema"})"), ""},
      {"ask", "Asks", with(R"("name_localizations":{"el":"Θέμα"})"), ""},
      {"ask", "Asks", with(R"("autocomplete":true,"choices":[)" + choice + "]"), ""},
      {"ask", "Asks", with(R"("min_length":5,"max_length":2)"), ""},
      {"ask", "Asks", with(R"("max_length":6001)"), ""},
      {"ask",
       "Asks",
       R"([{"type":4,"name":"n","description":"d","max_value":9007199254740993}])",
       ""},
      {"ask", "Asks", "", R"({"contexts":[]})"},
      {"ask", "Asks", "", R"({"contexts":[3]})"},
      {"ask", "Asks", "", R"({"default_member_permissions":"ban"})"},
      {"ask", "Asks", "", R"({"name":"other"})"},
      {"ask", "Asks", "", R"({"own":{"description_localizations":{"xx":"Asks"}}})"},
      {"ask me 🎉", "Asks", "", ""},
      {"fragen", std::string(100, 'x'), "", R"({"own":{"name_localizations":{"de":"übung"}}})"},
  };
  int refused = 0;
  for (const CommandSpec& spec : cases) {
    testing::FakeHost host;
    const std::string said = kit_says(host, spec);
    const std::string host_said = host_says(spec);
    EXPECT_EQ(said.empty(), host_said.empty()) << spec.options_json << spec.attributes_json;
    // The kit's failure has the same sentence.
    EXPECT_NE(host_said.find(said), std::string::npos) << said << " / " << host_said;
    refused += said.empty() ? 0 : 1;
  }
  EXPECT_EQ(refused, 13);
}

TEST(TestKitLimits, NamesTheOptionAndTheLimit) {
  std::string choices;
  for (int i = 0; i < 26; ++i) {
    choices += (i == 0 ? "" : ",") + std::string(R"({"name":"n","value":"v"})");
  }
  testing::FakeHost host;
  EXPECT_EQ(
      kit_says(host,
               {"quiz ask",
                "Asks",
                R"([{"type":3,"name":"topic","description":"Which","choices":[)" + choices + "]}]",
                ""}),
      "command \"quiz ask\": option \"topic\": its choices has 26 choices; Discord allows 25");
}

TEST(TestKitLimits, CountsSubcommandsTogether) {
  testing::FakeHost host;
  for (int i = 0; i < 25; ++i) {
    EXPECT_EQ(kit_says(host, {"quiz s" + std::to_string(i), "Asks", "", ""}), "");
  }
  EXPECT_EQ(kit_says(host, {"quiz more", "Asks", "", ""}),
            "command \"quiz more\": with the other commands of \"quiz\": options has 26 options; "
            "Discord allows 25");
}

TEST(TestKitLimits, RefusesAnswersThatDiscordRefuses) {
  testing::FakeHost host;
  const auto state = host.open_conversation(7);
  const auto answer = [&](std::uint32_t kind, const std::string& json) {
    auto given = sized_struct<discern_answer>();
    auto failure = sized_struct<discern_failure>();
    given.kind = kind;
    given.json = lend(std::string_view(json));
    const bool taken =
        host.table()->answer(host.table()->context, 7, &given, &failure) == DISCERN_OK;
    return taken ? std::string() : std::string(failure.text);
  };
  const std::string long_text = R"({"content":")" + std::string(2001, 'x') + R"("})";
  EXPECT_EQ(answer(DISCERN_ANSWER_REPLY, long_text),
            "content has 2001 characters; Discord allows 2000");
  EXPECT_FALSE(state->replied) << "it can be answered still";
  EXPECT_NE(answer(DISCERN_ANSWER_REPLY, R"({"content":""})"), "");
  EXPECT_NE(answer(DISCERN_ANSWER_MODAL, R"({"custom_id":"a","title":"b","components":[]})"), "");
  EXPECT_EQ(answer(DISCERN_ANSWER_REPLY, R"({"content":"fine"})"), "");
  EXPECT_NE(answer(DISCERN_ANSWER_EDIT, long_text), "");
  EXPECT_NE(answer(DISCERN_ANSWER_FOLLOW_UP, R"({"embeds":[{}]})"), "");
  EXPECT_EQ(answer(DISCERN_ANSWER_EDIT, "{}"), "");
}

}  // namespace
}  // namespace discern::plugin
