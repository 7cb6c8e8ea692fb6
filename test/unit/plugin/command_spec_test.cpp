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

CommandSpec in_menu(discord::CommandType type, std::string name) {
  return {std::move(name), "", "", "", type};
}

TEST(CheckCommand, TakesNamesAsPeopleReadThemInMenus) {
  using discord::CommandType;
  EXPECT_TRUE(check_command(in_menu(CommandType::User, "Who is THIS?"), {}).ok());
  for (const char* name :
       {"", " Report", "Report ", "two\nlines", "more than thirty-two characters !"}) {
    EXPECT_FALSE(check_command(in_menu(CommandType::Message, name), {}).ok()) << name;
  }
  CommandSpec described = in_menu(CommandType::User, "Report");
  described.description = "Reports";
  EXPECT_FALSE(check_command(described, {}).ok());
  CommandSpec optioned = in_menu(CommandType::User, "Report");
  optioned.options_json = R"([{"type":3,"name":"x","description":"y"}])";
  EXPECT_FALSE(check_command(optioned, {}).ok());
  CommandSpec german = in_menu(CommandType::User, "Report");
  german.attributes_json = R"({"own":{"name_localizations":{"de":"Bitte melden"}}})";
  EXPECT_TRUE(check_command(german, {}).ok());
}

TEST(CheckCommand, CountsEachKindOfCommandByItself) {
  using discord::CommandType;
  std::vector<CommandSpec> others = {spec("report")};
  for (int i = 0; i < 14; ++i) {
    others.push_back(in_menu(CommandType::User, "Report " + std::to_string(i)));
  }
  EXPECT_TRUE(check_command(in_menu(CommandType::User, "report"), others).ok());
  others.push_back(in_menu(CommandType::User, "report"));
  const Result<void> sixteenth = check_command(in_menu(CommandType::User, "Report"), others);
  ASSERT_FALSE(sixteenth.ok());
  EXPECT_EQ(sixteenth.error().text,
            "command \"Report (user)\": is one too many; Discord allows a bot 15 commands in the "
            "menu of a person");
  EXPECT_TRUE(check_command(in_menu(CommandType::Message, "report"), others).ok());
  EXPECT_TRUE(check_command(spec("report user"), {&others[1], 14}).ok());
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

TEST(CommandsJson, PutsMenusBehindSlashCommands) {
  using discord::CommandType;
  CommandSpec quote = in_menu(CommandType::Message, "Quote");
  quote.attributes_json = R"({"ephemeral":true,"own":{"name_localizations":{"de":"Zitat"}}})";
  EXPECT_EQ(commands_json({quote, in_menu(CommandType::User, "Quote"), spec("quote")}),
            R"([{"type":1,"name":"quote","description":"Does something"},)"
            R"({"type":2,"name":"Quote"},)"
            R"({"type":3,"name":"Quote","name_localizations":{"de":"Zitat"}}])");
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
  EXPECT_EQ(
      check(R"({"own":{"name_localizations":{"de":"Spielen Jetzt"}}})"),
      "command \"play\": its name_localizations.de (\"Spielen Jetzt\") has the capital letter "
      "\"S\"; use lower case");
  EXPECT_EQ(check(R"({"own":{"description_localizations":{"fr":""}}})"),
            "command \"play\": its description_localizations.fr is empty; Discord allows 1 to 100 "
            "characters");
}

TEST(AnswersPrivately, IsReadFromTheAttributes) {
  EXPECT_TRUE(answers_privately(spec("a", "", R"({"ephemeral":true})")));
  EXPECT_FALSE(answers_privately(spec("a")));
}

}  // namespace
}  // namespace discern::plugin
