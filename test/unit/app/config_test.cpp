#include "app/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "app/config_values.hpp"
#include "base/files.hpp"

namespace discern::app {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string error_of(std::string_view text) {
  const auto parsed = parse_config(text, "discern.toml");
  return parsed ? "no error" : parsed.error().text;
}

TEST(Config, ReadsWhatIsSetAndKeepsTheOtherDefaults) {
  const auto config = parse_config(
      "data_dir = \"/srv/bot\"\n"
      "[web]\nport = 9000\n"
      "[history]\ntick = \"30s\"\n"
      "[discord]\nintents = [\"GUILDS\", \"GUILD_MEMBERS\"]\nresume_on_stop = false\n"
      "[plugin.trivia]\nseconds = 20\ntitle = \"Quiz\"\n",
      "discern.toml");
  ASSERT_TRUE(config) << config.error().text;
  EXPECT_EQ(config->data_dir, "/srv/bot");
  EXPECT_EQ(config->web.port, 9000);
  EXPECT_EQ(config->web.address, "127.0.0.1");
  EXPECT_EQ(config->history.tick, 30s);
  EXPECT_THAT(config->discord.intents, testing::ElementsAre("GUILDS", "GUILD_MEMBERS"));
  EXPECT_FALSE(config->discord.resume_on_stop);
  EXPECT_EQ(config->plugin_values.at("trivia").at("seconds").json, "20");
  EXPECT_EQ(config->plugin_values.at("trivia").at("title").json, "\"Quiz\"");
}

TEST(Config, AnUnknownKeyNamesTheLineAndTheFix) {
  EXPECT_EQ(error_of("[web]\n\nprot = 1\n"),
            "discern.toml:3: unknown key \"web.prot\"; did you mean \"port\"?");
  EXPECT_THAT(error_of("[webb]\nport = 1\n"),
              HasSubstr("discern.toml:1: unknown section \"webb\""));
  EXPECT_THAT(error_of("port = 1\n"), HasSubstr("unknown key \"port\""));
}

TEST(Config, ABadValueNamesTheLineAndWhatIsAllowed) {
  EXPECT_EQ(error_of("[web]\nport = 70000\n"),
            "discern.toml:2: web.port = 70000: expected a whole number from 0 to 65535");
  EXPECT_THAT(error_of("[log]\nlevel = \"loud\"\n"),
              HasSubstr("expected one of \"debug\", \"info\", \"warn\", \"error\""));
  EXPECT_THAT(error_of("[history]\ntick = 10\n"), HasSubstr("a duration with its unit"));
  EXPECT_THAT(error_of("[web]\nport = \n"), HasSubstr("discern.toml:2:"));
}

TEST(Config, ReadsARangeOfShards) {
  const auto range = [](const char* text) {
    const auto config = parse_config("[discord]\nshard_range = \"" + std::string(text) + "\"", "t");
    return config ? std::pair(config->discord.shard_range.first, config->discord.shard_range.count)
                  : std::pair(99u, 99u);
  };
  EXPECT_EQ(range("0-15"), std::pair(0u, 16u));
  EXPECT_EQ(range("16-31"), std::pair(16u, 16u));
  EXPECT_EQ(range("3"), std::pair(3u, 1u));
  EXPECT_EQ(range(""), std::pair(0u, 0u)) << "all of them";
  EXPECT_THAT(error_of("[discord]\nshard_range = \"15-0\"\n"),
              HasSubstr("expected the first and the last shard, such as \"0-15\""));
  EXPECT_THAT(error_of("[discord]\npresence = \"away\"\n"), HasSubstr("\"idle\""));
}

TEST(Config, TheExampleFileIsValidAndShowsTheRealDefaults) {
  std::string text = example_config();
  EXPECT_TRUE(parse_config(text, "example"));
  // Without the comment signs every default must be accepted and change nothing.
  for (const Option& option : options()) {
    Config config;
    EXPECT_TRUE(option.apply(config, option.default_value)) << option.section << "." << option.key;
  }
  const auto committed = read_file("config/discern.example.toml");
  ASSERT_TRUE(committed);
  EXPECT_EQ(*committed, text) << "run: ./dev docs";
}

TEST(Config, TheEnvironmentWinsOverTheFile) {
  auto config = parse_config("[web]\nport = 9000\n", "discern.toml");
  const std::map<std::string, const char*> environment = {{"DISCERN_WEB_PORT", "9001"},
                                                          {"DISCERN_PLUGINS_DISABLED", "a, b"},
                                                          {"DISCORD_TOKEN", "secret"}};
  const auto find = [&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second;
  };
  ASSERT_TRUE(apply_environment(*config, find));
  EXPECT_EQ(config->web.port, 9001);
  EXPECT_THAT(config->plugins.disabled, testing::ElementsAre("a", "b"));
  EXPECT_EQ(config->discord.token.reveal(), "secret");
  const auto bad = apply_environment(*config, [](const char* name) {
    return std::string(name) == "DISCERN_WEB_PORT" ? "x" : nullptr;
  });
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().text, HasSubstr("DISCERN_WEB_PORT"));
}

TEST(Config, ATokenFileThatOthersCanReadIsRefused) {
  const auto folder = std::filesystem::temp_directory_path() / "discern_config_test";
  std::filesystem::create_directories(folder);
  const std::string token = (folder / "token").string();
  const std::string file = (folder / "discern.toml").string();
  ASSERT_TRUE(write_file_atomically(token, "abc\n"));
  ASSERT_TRUE(write_file_atomically(file, "[discord]\ntoken_file = \"" + token + "\"\n"));
  ::chmod(token.c_str(), 0644);
  const auto open = load_config(file);
  ASSERT_FALSE(open);
  EXPECT_THAT(open.error().text, HasSubstr("chmod 600"));
  EXPECT_THAT(open.error().text, testing::Not(HasSubstr("abc")));
  ::chmod(token.c_str(), 0600);
  const auto config = load_config(file);
  ASSERT_TRUE(config) << config.error().text;
  if (std::getenv("DISCORD_TOKEN") == nullptr) {
    EXPECT_EQ(config->discord.token.reveal(), "abc");
  }
  std::filesystem::remove_all(folder);
}

TEST(Duration, RoundTripsThroughItsText) {
  for (const char* text : {"250ms", "10s", "5m", "12h", "7d", "0s"}) {
    const auto parsed = parse_duration(text, 0ms, std::chrono::hours(24 * 400));
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(to_text(*parsed), text);
  }
  EXPECT_FALSE(parse_duration("99999999999999999d", 0ms, std::chrono::hours(24)));
}

}  // namespace
}  // namespace discern::app
