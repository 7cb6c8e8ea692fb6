#include "plugin/command_spec.hpp"

#include <gtest/gtest.h>

namespace discern::plugin {
namespace {

CommandSpec spec(std::string path, std::string options = "", std::string attributes = "") {
  return {std::move(path), "Does something", std::move(options), std::move(attributes)};
}

TEST(CheckCommand, TakesWhatDiscordTakes) {
  EXPECT_TRUE(check_command(spec("ping"), {}).ok());
  EXPECT_TRUE(check_command(spec("music queue add"), {}).ok());
  EXPECT_TRUE(check_command(spec("größe"), {}).ok());
  EXPECT_TRUE(
      check_command(
          spec(
              "a",
              R"([{"type":3,"name":"x","description":"y","required":true},{"type":3,"name":"z","description":"y"}])"),
          {})
          .ok());
}

TEST(CheckCommand, SaysWhatToChange) {
  for (const char* path :
       {"", "Ping", "a b c d", "a  b", "with.dot", "abcdefghijklmnopqrstuvwxyzabcdefg"}) {
    EXPECT_FALSE(check_command(spec(path), {}).ok()) << path;
  }
  CommandSpec silent = spec("ping");
  silent.description.clear();
  EXPECT_FALSE(check_command(silent, {}).ok());
  EXPECT_FALSE(check_command(spec("a", "[{}]"), {}).ok());
  EXPECT_FALSE(check_command(spec("a", "nonsense"), {}).ok());
  EXPECT_FALSE(
      check_command(
          spec(
              "a",
              R"([{"type":3,"name":"x","description":"y"},{"type":3,"name":"z","description":"y","required":true}])"),
          {})
          .ok());
  EXPECT_FALSE(check_command(spec("a", "", "7"), {}).ok());
}

TEST(CheckCommand, RefusesACommandBesideItsOwnSubcommands) {
  const std::vector<CommandSpec> others = {spec("music play")};
  EXPECT_FALSE(check_command(spec("music"), others).ok());
  EXPECT_FALSE(check_command(spec("music play"), others).ok());
  EXPECT_FALSE(check_command(spec("music play fast"), others).ok());
  EXPECT_TRUE(check_command(spec("music stop"), others).ok());
  EXPECT_TRUE(check_command(spec("musician"), others).ok());
}

TEST(CommandsJson, BuildsATreeSortedByName) {
  std::vector<CommandSpec> specs = {
      spec("music queue add", R"([{"type":3,"name":"song","description":"Which"}])"),
      spec("ping"),
      spec("music play", "", R"({"description":"Songs","ephemeral":true,"contexts":[0]})")};
  EXPECT_EQ(
      commands_json(specs),
      R"([{"type":1,"name":"music","description":"Songs","options":[)"
      R"({"type":1,"name":"play","description":"Does something"},)"
      R"({"type":2,"name":"queue","description":"Commands of queue","options":[)"
      R"({"type":1,"name":"add","description":"Does something","options":[{"type":3,"name":"song","description":"Which"}]}]}],)"
      R"("contexts":[0]},{"type":1,"name":"ping","description":"Does something"}])");
  std::swap(specs[0], specs[2]);
  EXPECT_EQ(commands_json(specs), commands_json({specs[2], specs[0], specs[1]}));
}

TEST(CommandsJson, PutsLanguagesIntoTheCommandThatTheyBelongTo) {
  const char* german = R"({"nsfw":true,"own":{"name_localizations":{"de":"spielen"}}})";
  EXPECT_EQ(commands_json({spec("music play", "", german)}),
            R"([{"type":1,"name":"music","description":"Commands of music","options":[)"
            R"({"type":1,"name":"play","description":"Does something",)"
            R"("name_localizations":{"de":"spielen"}}],"nsfw":true}])");
}

TEST(CheckCommand, SaysWhatIsWrongWithALanguage) {
  const auto check = [](const char* own) {
    const auto result = check_command(spec("play", "", own), {});
    return result.ok() ? std::string() : result.error().text;
  };
  EXPECT_EQ(check(R"({"own":{"name_localizations":{"de":"spielen"}}})"), "");
  EXPECT_EQ(check(R"({"own":{"name_localizations":{"de":"Spielen Jetzt"}}})"),
            "command \"play\": its name in \"de\" must have 1 to 32 letters of that language in "
            "lower case, digits, - or _");
  EXPECT_EQ(check(R"({"own":{"description_localizations":{"fr":""}}})"),
            "command \"play\": its description in \"fr\" must have 1 to 100 characters");
}

TEST(AnswersPrivately, IsReadFromTheAttributes) {
  EXPECT_TRUE(answers_privately(spec("a", "", R"({"ephemeral":true})")));
  EXPECT_FALSE(answers_privately(spec("a")));
}

}  // namespace
}  // namespace discern::plugin
