#include "discord/rest/command_set.hpp"

#include <gtest/gtest.h>

namespace discern::discord {
namespace {

constexpr const char* kOurs = R"([
  {"name":"ping","description":"Answers."},
  {"name":"roll","description":"Rolls a die.","options":[
    {"type":4,"name":"sides","description":"How many.","required":true,"min_value":2}]}])";

// As Discord answers: more fields, another order, defaults spelled out.
constexpr const char* kTheirs = R"([
  {"id":"2","application_id":"9","version":"5","default_member_permissions":null,"type":1,
   "description":"Rolls a die.","name":"roll","nsfw":false,"integration_types":[0],"contexts":null,
   "name_localizations":null,"description_localizations":null,"dm_permission":true,
   "options":[{"min_value":2.0,"required":true,"description":"How many.","name":"sides","type":4,
               "name_localizations":null}]},
  {"id":"1","application_id":"9","version":"4","type":1,"name":"ping","description":"Answers."}])";

bool same(std::string_view ours, std::string_view theirs) {
  const auto comparison = compare_commands(ours, theirs);
  EXPECT_TRUE(comparison);
  return comparison && comparison->same;
}

TEST(CommandSet, IsTheSameWhateverDiscordAdds) {
  EXPECT_TRUE(same(kOurs, kTheirs));
  EXPECT_EQ(compare_commands(kOurs, kTheirs)->wanted, 2u);
  EXPECT_TRUE(same("[]", "[]"));
}

TEST(CommandSet, KnowsTheSameNameInMenusAsOtherCommands) {
  const char* ours = R"([{"type":2,"name":"Report"},{"type":3,"name":"Report"}])";
  EXPECT_TRUE(same(ours,
                   R"([{"id":"1","type":3,"name":"Report","description":"","options":[]},
                       {"id":"2","type":2,"name":"Report","description":""}])"));
  EXPECT_FALSE(same(ours, R"([{"id":"1","type":3,"name":"Report","description":""},
                              {"id":"2","type":1,"name":"report","description":""}])"));
}

TEST(CommandSet, DiffersInWhatMatters) {
  const std::string theirs = kTheirs;
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = theirs;
    changed.replace(changed.find(from), from.size(), to);
    return same(kOurs, changed);
  };
  EXPECT_FALSE(with("Rolls a die.", "Rolls."));
  EXPECT_FALSE(with("\"min_value\":2.0", "\"min_value\":3"));
  EXPECT_FALSE(with("\"required\":true", "\"required\":false"));
  EXPECT_FALSE(with("\"nsfw\":false", "\"nsfw\":true"));
  EXPECT_FALSE(with("\"default_member_permissions\":null", "\"default_member_permissions\":\"8\""));
  EXPECT_FALSE(with("\"name\":\"ping\"", "\"name\":\"pong\""));
  EXPECT_FALSE(same(kOurs, "[]"));
  EXPECT_FALSE(same("[]", kTheirs));
}

TEST(CommandSet, ComparesDefaultsOfTheApplicationOnlyWhenAskedTo) {
  const char* theirs =
      R"([{"name":"a","description":"b","contexts":[0,1],"integration_types":[0]}])";
  EXPECT_TRUE(same(R"([{"name":"a","description":"b"}])", theirs));
  EXPECT_TRUE(same(R"([{"name":"a","description":"b","contexts":[1,0]}])", theirs));
  EXPECT_FALSE(same(R"([{"name":"a","description":"b","contexts":[0]}])", theirs));
}

TEST(CommandSet, KeepsCommandsOfOneNameAndTwoTypesApart) {
  const char* ours = R"([{"name":"a","description":"b"},{"name":"a","type":2}])";
  EXPECT_TRUE(same(ours, R"([{"type":2,"name":"a","description":""},
                             {"type":1,"name":"a","description":"b"}])"));
  EXPECT_FALSE(same(ours, R"([{"type":3,"name":"a","description":""},
                              {"type":1,"name":"a","description":"b"}])"));
}

TEST(CommandSet, RefusesWhatIsNoListOfCommands) {
  EXPECT_FALSE(compare_commands("{}", "[]"));
  EXPECT_FALSE(compare_commands("[{}]", "[]"));
  EXPECT_FALSE(compare_commands("nonsense", "[]"));
  EXPECT_FALSE(same(kOurs, "nonsense"));
}

TEST(CommandSet, KeepsTheEntryPointOfAnActivity) {
  const std::string there =
      R"([{"id":"7","type":4,"name":"launch","description":"","handler":2,"version":"1"},
          {"id":"8","type":1,"name":"old","description":"Gone."}])";
  const std::string list = keep_entry_points(kOurs, there);
  EXPECT_EQ(compare_commands(list, there)->wanted, 3u);
  EXPECT_NE(list.find(R"("name":"launch")"), list.npos);
  EXPECT_EQ(list.find("old"), list.npos);
  EXPECT_EQ(list.find(R"("id")"), list.npos);
  EXPECT_EQ(keep_entry_points(kOurs, kTheirs), kOurs);
  EXPECT_EQ(keep_entry_points("{}", there), "{}");
  EXPECT_EQ(keep_entry_points(kOurs, "<html>"), kOurs);
}

}  // namespace
}  // namespace discern::discord
