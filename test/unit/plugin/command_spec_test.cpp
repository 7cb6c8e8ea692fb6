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

TEST(AnswersPrivately, IsReadFromTheAttributes) {
  EXPECT_TRUE(answers_privately(spec("a", "", R"({"ephemeral":true})")));
  EXPECT_FALSE(answers_privately(spec("a")));
}

}  // namespace
}  // namespace discern::plugin
