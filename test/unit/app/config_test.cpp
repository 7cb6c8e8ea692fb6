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
using testing::ElementsAre;
using testing::HasSubstr;

std::string error_of(std::string_view text) {
  const auto parsed = parse_config(text, "discern.toml");
  return parsed ? "no error" : parsed.error().text;
}

TEST(Config, TellsWhatAnotherReadingLeavesForTheNextStart) {
  const auto before = parse_config("[web]\nport = 8080\n[log]\nlevel = \"info\"\n", "a");
  const auto after = parse_config(
      "[log]\nlevel = \"debug\"\n[history]\ntick = \"5s\"\n"
      "[plugins]\ndisabled = [\"ping\"]\n",
      "b");
  EXPECT_THAT(waiting_options(*before, *after), ElementsAre("plugins.disabled", "history.tick"));
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
  EXPECT_EQ(config->discord.intents, discord::intent::kGuilds | discord::intent::kGuildMembers);
  EXPECT_FALSE(config->discord.resume_on_stop);
  EXPECT_EQ(config->plugin_values.at("trivia").at("seconds").json, "20");
  EXPECT_EQ(config->plugin_values.at("trivia").at("title").json, "\"Quiz\"");
}

TEST(Config, AnUnknownKeyNamesTheLineAndTheFix) {
  EXPECT_EQ(error_of("[web]\n\nprot = 1\n"),
            "discern.toml:3: unknown key \"web.prot\"; did you mean \"port\"?");
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

TEST(Config, AClumsyFileIsToldItsLineAndTheFix) {
  const std::pair<const char*, const char*> kCases[] = {
      {"[web]\nport = \"9000\"\n", "2: web.port = \"9000\": write it without quotes: port = 9000"},
      {"[web]\nport = 8080.5\n", "2: web.port = 8080.5: expected a whole number"},
      {"[web]\nport: 8080\n", "write port = 8080"},
      {"[web]\nport =\n", "there is no value after ="},
      {"[web]\naddress = 127.0.0.1\n", "text is written in quotes"},
      {"[web]\naddress = \"0.0.0.0\"\n", "use 127.0.0.1"},
      {"[web]\naddress = \"my.host\"\n", "is not an IP address"},
      {"web = 8080\n", "1: unknown key \"web\"; it is a section: write [web]"},
      {"[[web]]\nport = 1\n", "it is a section: write [web]"},
      {"port = 1\n", "1: unknown key \"port\"; it belongs below [web]"},
      {"[webb]\nport = 1\n", "did you mean [web]?"},
      {"[discord]\ntoken_file = 5\n", "write it in quotes: token_file = \"5\""},
      {"[discord]\nguild = 197038439483310086\n",
       "write it in quotes: guild = \"197038439483310086\""},
      {"[discord]\nguild = \"my server\"\n", "Copy Server ID"},
      {"[discord]\nintents = \"GUILD_MEMBERS\"\n",
       "expected a list: intents = [\"GUILD_MEMBERS\"]"},
      {"[discord]\nintents = [\"MEMBERS\"]\n", "there is no intent \"MEMBERS\""},
      {"[discord]\nintents = [1]\n", "text in quotes"},
      {"[discord]\napi_url = \"http://proxy.example/api\"\n", "begins with https://"},
      {"[discord]\nresume_on_stop = \"no\"\n", "expected true or false, without quotes"},
      {"[discord]\nresume_on_stop = True\n", "true and false in lower case"},
      {"[history]\ntick = \"10 sec\"\n", "such as \"10s\""},
      {"[plugins.trivia]\nseconds = 1\n", "below [plugin.trivia]"},
      {"data_dir = \"C:\\data\"\n", "a backslash begins a code"},
  };
  for (const auto& [text, expected] : kCases) {
    EXPECT_THAT(error_of(text), testing::StartsWith("discern.toml:")) << text;
    EXPECT_THAT(error_of(text), HasSubstr(expected)) << text;
  }
}

TEST(Config, ATokenInTheFileIsRefusedAndNotRepeated) {
  for (const char* text : {"[discord]\ntoken = \"s3cret\"\n",
                           "token = \"s3cret\"\n",
                           "token: s3cret\n",
                           "[discord]\nBot_Token: \"s3cret\"\n",
                           "\"token\": s3cret\n"}) {
    EXPECT_THAT(error_of(text), HasSubstr("set DISCORD_TOKEN"));
    EXPECT_THAT(error_of(text), testing::Not(HasSubstr("s3cret")));
  }
}

TEST(Config, ATokenInThePlaceOfItsFileIsNotRepeated) {
  EXPECT_THAT(error_of("[discord]\ntoken_file: s3cret\n"), testing::Not(HasSubstr("s3cret")));
  ::setenv("DISCERN_DISCORD_TOKEN_FILE", "s3cret.s3cret.s3cret", 1);
  const auto token = load_config({});
  ::setenv("DISCERN_DISCORD_TOKEN_FILE", "/nowhere/token", 1);
  const auto path = load_config({});
  ::unsetenv("DISCERN_DISCORD_TOKEN_FILE");
  if (std::getenv("DISCORD_TOKEN") != nullptr) return;
  ASSERT_FALSE(token || path);
  EXPECT_THAT(token.error().text, HasSubstr("discord.token_file: there is no such file"));
  EXPECT_THAT(token.error().text, testing::Not(HasSubstr("s3cret")));
  EXPECT_THAT(path.error().text, HasSubstr("/nowhere/token"));
}

TEST(Config, TextIsTakenAsItIsWritten) {
  const auto config = parse_config("[discord]\nstatus = 'with \"quotes\", commas'\n", "f");
  ASSERT_TRUE(config) << config.error().text;
  EXPECT_EQ(config->discord.status, "with \"quotes\", commas");
}

TEST(Config, TheExampleFileIsValidAndShowsTheRealDefaults) {
  const std::string text = example_config();
  EXPECT_TRUE(parse_config(text, "example"));
  // Without the comment signs every default must be accepted.
  for (const Option& option : options()) {
    const auto key = std::string(option.key) + " = " + std::string(option.default_value);
    const auto section = option.section.empty() ? "" : "[" + std::string(option.section) + "]\n";
    const auto config = parse_config(section + key, "default");
    EXPECT_TRUE(config) << config.error().text;
    EXPECT_THAT(text, HasSubstr("\n#" + key + "\n"));
  }
  const auto committed = read_file("config/discern.example.toml");
  ASSERT_TRUE(committed);
  EXPECT_EQ(*committed, text) << "run: ./dev docs";
}

TEST(Config, EveryOptionCanBeSetInTheEnvironment) {
  for (const Option& option : options()) {
    // What the file writes as ["a"] is a in the environment.
    std::string value(option.default_value);
    std::erase_if(value, [](char c) { return c == '[' || c == ']'; });
    const std::string variable = environment_name(option) + "=" + value;
    const char* const environment[] = {variable.c_str()};
    Config config;
    const auto applied = apply_environment(config, environment);
    EXPECT_TRUE(applied) << applied.error().text;
  }
}

TEST(Config, TheEnvironmentWinsOverTheFile) {
  auto config = parse_config("[web]\nport = 9000\n[discord]\nstatus = \"file\"\n", "discern.toml");
  const char* const environment[] = {"DISCERN_WEB_PORT=9001",
                                     "DISCERN_PLUGINS_DISABLED=a, b",
                                     "DISCERN_DISCORD_STATUS=\"a = b\"",
                                     "DISCERN_BUILD=somebody else's",
                                     "HOME=/root",
                                     "DISCORD_TOKEN=secret"};
  const auto applied = apply_environment(*config, environment);
  ASSERT_TRUE(applied) << applied.error().text;
  EXPECT_EQ(config->web.port, 9001);
  EXPECT_THAT(config->plugins.disabled, testing::ElementsAre("a", "b"));
  EXPECT_EQ(config->discord.status, "a = b");
  EXPECT_EQ(config->discord.token.reveal(), "secret");
}

TEST(Config, AWrongVariableIsNamed) {
  const auto error = [](const char* variable) {
    Config config;
    const auto applied = apply_environment(config, std::span(&variable, 1));
    return applied ? "no error" : applied.error().text;
  };
  EXPECT_THAT(error("DISCERN_WEB_PORT=x"), HasSubstr("DISCERN_WEB_PORT: expected a whole number"));
  EXPECT_THAT(error("DISCERN_WEB_PROT=1"), HasSubstr("did you mean DISCERN_WEB_PORT?"));
  EXPECT_THAT(error("DISCERN_DISCORD_TOKEN=s3cret"), HasSubstr("DISCORD_TOKEN"));
  EXPECT_THAT(error("DISCERN_DISCORD_TOKEN=s3cret"), testing::Not(HasSubstr("s3cret")));
}

// A token file, and a configuration that names it.
class TokenFile {
 public:
  TokenFile()
      : folder(std::filesystem::path(testing::TempDir()) /
               testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::create_directories(folder);
    write("abc\n", 0600);
    EXPECT_TRUE(write_file_atomically(
        config(), "[discord]\ntoken_file = \"" + (folder / "token").string() + "\"\n"));
  }
  ~TokenFile() { std::filesystem::remove_all(folder); }
  std::string config() const { return (folder / "discern.toml").string(); }
  void write(std::string_view text, mode_t mode) {
    EXPECT_TRUE(write_file_atomically(folder / "token", text));
    ::chmod((folder / "token").c_str(), mode);
  }

  const std::filesystem::path folder;
};

TEST(Config, ATokenFileThatOthersCanReadIsRefused) {
  TokenFile token;
  token.write("abc\n", 0644);
  const auto open = load_config(token.config());
  ASSERT_FALSE(open);
  EXPECT_THAT(open.error().text, HasSubstr("chmod 600"));
  EXPECT_THAT(open.error().text, testing::Not(HasSubstr("abc")));
  token.write("abc\n", 0600);
  const auto config = load_config(token.config());
  ASSERT_TRUE(config) << config.error().text;
  if (std::getenv("DISCORD_TOKEN") == nullptr) {
    EXPECT_EQ(config->discord.token.reveal(), "abc");
  }
  token.write("DISCORD_TOKEN=abc\n", 0600);
  const auto more = load_config(token.config());
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().text, HasSubstr("the bot token and nothing else"));
}

// systemd 254 and later: mode 0440, where the group's bits are the mask of an ACL.
TEST(Config, ACredentialOfSystemdMayHaveTheModeThatSystemdGivesIt) {
  TokenFile token;
  token.write("abc\n", 0440);
  EXPECT_FALSE(load_config(token.config())) << "an ordinary file";
  ::setenv("CREDENTIALS_DIRECTORY", token.folder.c_str(), 1);
  const auto config = load_config(token.config());
  EXPECT_TRUE(config) << config.error().text;
  token.write("abc\n", 0444);
  EXPECT_FALSE(load_config(token.config())) << "everybody can read it";
  ::unsetenv("CREDENTIALS_DIRECTORY");
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
