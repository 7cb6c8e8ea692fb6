#include "plugin/manifest.hpp"

#include <gtest/gtest.h>

namespace discern::plugin {
namespace {

constexpr const char* kGood = R"(id = "ping"
name = "Ping"
version = "1.2.0"
api = "1.0"
intents = ["GUILDS", "GUILD_MESSAGES"]
permissions = ["SEND_MESSAGES"]
requires = ["core"]

[config]
greeting = "hi"
count = 3
)";

std::string error_of(const std::string& toml) {
  const Result<Manifest> manifest = parse_manifest(toml, "ping/plugin.toml");
  return manifest.ok() ? "" : manifest.error().text;
}

TEST(Manifest, ReadsEveryKey) {
  const Result<Manifest> manifest = parse_manifest(kGood, "ping/plugin.toml");
  ASSERT_TRUE(manifest.ok()) << manifest.error().text;
  EXPECT_EQ(manifest->id, "ping");
  EXPECT_EQ(manifest->version, "1.2.0");
  EXPECT_EQ(manifest->api_major, 1u);
  EXPECT_EQ(manifest->intents, 1u | 512u);
  EXPECT_EQ(manifest->permissions, 1u << 11);
  EXPECT_EQ(manifest->requires_plugins, std::vector<std::string>{"core"});
  EXPECT_EQ(merge_config("ping", manifest->config, {}).value_or(""),
            R"({"count":3,"greeting":"hi"})");
}

TEST(Manifest, UsesTheIdAsNameWhenThereIsNone) {
  const Result<Manifest> manifest = parse_manifest("id = \"a\"\nversion = \"1\"\napi = \"1\"", "a");
  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ(manifest->name, "a");
  EXPECT_EQ(merge_config("a", manifest->config, {}).value_or(""), "{}");
}

TEST(Manifest, NamesFileAndLineOfWhatIsWrong) {
  EXPECT_EQ(error_of("id = \"ping\"\nversion = \"1\"\napi = \"1.0\"\nintents = [\"GUILD\"]"),
            "ping/plugin.toml:4: \"GUILD\" is not a gateway intent; write Discord's name, like "
            "GUILD_MESSAGES");
  EXPECT_EQ(
      error_of("id = \"ping\"\nversion = \"1\"\napi = \"1.0\"\npermissions = [\"TALK\"]"),
      "ping/plugin.toml:4: \"TALK\" is not a permission; write Discord's name, like SEND_MESSAGES");
  EXPECT_NE(error_of("id = \"ping\"\nversion = \"1\"\napi = \"1.0\"\nfoo = 1")
                .find(":4: unknown key \"foo\""),
            std::string::npos);
  EXPECT_NE(error_of("id = \"ping\"\nversion =").find("ping/plugin.toml:2: "), std::string::npos);
  EXPECT_NE(error_of("version = \"1\"\napi = \"1.0\"").find("\"id\" is missing"),
            std::string::npos);
  EXPECT_NE(error_of("id = \"Ping!\"\nversion = \"1\"\napi = \"1.0\"").find(":1: \"id\" must be"),
            std::string::npos);
  EXPECT_NE(error_of("id = \"ping\"\nversion = \"1\"\napi = \"one\"").find(":3: \"api\" must be"),
            std::string::npos);
  EXPECT_NE(error_of("id = \"ping\"\nversion = \"1\"\napi = \"1\"\nrequires = [\"ping\"]")
                .find("another plugin"),
            std::string::npos);
}

TEST(Manifest, RefusesAnotherApiAndSaysWhatIsOffered) {
  EXPECT_TRUE(check_api("a", 1, 0).ok());
  const Result<void> refused = check_api("a", 2, 1);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().text,
            "plugin \"a\" needs plugin API 2.1, this host offers 1.0; build it against this host's "
            "headers");
  EXPECT_FALSE(check_api("a", 1, 999).ok());
}

TEST(Manifest, TurnsIdsIntoMetricPrefixes) {
  EXPECT_EQ(metric_prefix("my-plugin"), "plugin_my_plugin_");
}

}  // namespace
}  // namespace discern::plugin
