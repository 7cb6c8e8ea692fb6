#include "plugin/config_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/manifest.hpp"

namespace discern::plugin {
namespace {

using ::testing::HasSubstr;

constexpr const char* kHead = "id = \"p\"\nversion = \"1\"\napi = \"1.0\"\n[config]\n";

Result<Manifest> read(const std::string& config) {
  return parse_manifest(kHead + config, "p/plugin.toml");
}
std::string manifest_error(const std::string& config) {
  const Result<Manifest> manifest = read(config);
  return manifest.ok() ? "" : manifest.error().text;
}

constexpr const char* kSchema = R"(title = "Quiz"
seconds = { default = 30, min = 5, max = 600, help = "How long a question may be answered." }
share = { default = 0.5, min = 0, max = 1 }
loud = false
mode = { default = "fast", choices = ["fast", "slow"] }
hosts = { default = ["a.example"], max = 2 }
channel = { type = "integer", required = true, help = "Where to post." }
)";

std::string merged(ConfigValues values) {
  const Result<Manifest> manifest = read(kSchema);
  EXPECT_TRUE(manifest.ok()) << manifest.error().text;
  if (!values.contains("channel")) values["channel"] = {"7", "discern.toml:2"};
  const Result<std::string> config = merge_config("p", manifest->config, values);
  return config.ok() ? *config : config.error().text;
}
std::string merged_one(const std::string& key, const std::string& json) {
  return merged({{key, {json, "discern.toml:9"}}});
}

TEST(ConfigSchema, FillsInDefaultsAndTakesWhatFits) {
  EXPECT_EQ(merged({}),
            R"({"channel":7,"hosts":["a.example"],"loud":false,"mode":"fast","seconds":30,)"
            R"("share":5E-1,"title":"Quiz"})");
  EXPECT_THAT(merged_one("seconds", "600"), HasSubstr(R"("seconds":600)"));
  EXPECT_THAT(merged_one("share", "1"), HasSubstr(R"("share":1E0)"));
  EXPECT_THAT(merged_one("mode", R"("slow")"), HasSubstr(R"("mode":"slow")"));
  EXPECT_THAT(merged_one("hosts", R"(["x","y"])"), HasSubstr(R"("hosts":["x","y"])"));
}

TEST(ConfigSchema, NamesThePlaceTheValueAndTheFix) {
  EXPECT_EQ(merged_one("seconds", "1000"),
            "discern.toml:9: plugin.p.seconds = 1000: it must be a whole number from 5 to 600");
  EXPECT_EQ(merged_one("seconds", R"("30")"),
            "discern.toml:9: plugin.p.seconds = \"30\": it must be a whole number from 5 to 600");
  EXPECT_EQ(merged_one("share", "1.5"),
            "discern.toml:9: plugin.p.share = 1.5: it must be a number from 0 to 1");
  EXPECT_EQ(merged_one("mode", R"("medium")"),
            "discern.toml:9: plugin.p.mode = \"medium\": it must be one of \"fast\" \"slow\"");
  EXPECT_EQ(merged_one("loud", "1"), "discern.toml:9: plugin.p.loud = 1: it must be true or false");
  EXPECT_EQ(merged_one("hosts", R"(["a","b","c"])"),
            "discern.toml:9: plugin.p.hosts = [\"a\",\"b\",\"c\"]: it must be a list of texts, "
            "[\"a\", \"b\"], of at most 2 entries");
  EXPECT_EQ(
      merged_one("colour", "1"),
      "discern.toml:9: plugin \"p\" has no setting \"colour\"; it knows channel, hosts, loud, "
      "mode, seconds, share, title");
}

TEST(ConfigSchema, AsksForWhatIsRequired) {
  const Result<Manifest> manifest = read(kSchema);
  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ(merge_config("p", manifest->config, {}).error().text,
            "plugin \"p\" must be told its \"channel\" (Where to post.): write channel = ... below "
            "[plugin.p] in the configuration; it must be a whole number");
}

TEST(ConfigSchema, TheManifestsOwnMistakesNameTheirLine) {
  EXPECT_EQ(
      manifest_error("a = { default = 3, min = 5 }"),
      "p/plugin.toml:5: config.a has the default 3, but it must be a whole number at least 5");
  EXPECT_EQ(
      manifest_error("\na = { min = 5 }"),
      "p/plugin.toml:6: config.a needs a default, or a type: text, integer, number, boolean or "
      "list");
  EXPECT_THAT(manifest_error("a = { type = \"integer\" }"), HasSubstr("or required = true"));
  EXPECT_THAT(manifest_error("a = { default = 1, required = true }"), HasSubstr("never be used"));
  EXPECT_THAT(manifest_error("a = { default = 1, maximum = 2 }"),
              HasSubstr("has no part \"maximum\""));
  EXPECT_THAT(manifest_error("a = { default = 1, choices = [\"x\"] }"), HasSubstr("for a text"));
  EXPECT_THAT(manifest_error("a = [1]"), HasSubstr("config.a: it must be a list of texts"));
  EXPECT_THAT(manifest_error("a = 2026-01-01"), HasSubstr("config.a must be a text"));
}

}  // namespace
}  // namespace discern::plugin
