#include "export/metrics_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/files.hpp"

namespace discern::exporter {
namespace {

using testing::HasSubstr;

std::uint64_t total(const RestoredMetrics& restored,
                    std::string_view family,
                    std::string_view key) {
  for (const RestoredTotal& one : restored.totals) {
    if (one.family == family && one.key == key) return one.total.steps;
  }
  return 0;
}

TEST(SeedJson, GivesItsTotalsBack) {
  const auto restored = parse_seed_json(R"({
    "system": {"uptime": 12.5, "restartCount": 3},
    "discord": {"commandUsage": {"ping": 7}, "eventProcessing": 1000, "guildCount": 5},
    "plugins": {"commandUsage": {"ping": {"ping": 7}}, "errorCount": {"ping": 2},
                "enableDisableCount": {"ping": {"enabled": 4, "disabled": 1}}},
    "web": {"pageViews": {"/": 9}, "apiRequestCount": 20, "errorRates": 0.1},
    "more": {"unknown": [1, 2]}
  })");
  ASSERT_TRUE(restored) << restored.error().text;
  EXPECT_EQ(restored->restart_count, 3u);
  EXPECT_EQ(total(*restored,
                  "discern_discord_commands_total",
                  "ping\x1f"
                  "ping"),
            7u);
  EXPECT_EQ(total(*restored, "discern_gateway_events_total", "other"), 1000u);
  EXPECT_EQ(total(*restored,
                  "discern_plugin_errors_total",
                  "ping\x1f"
                  "other"),
            2u);
  EXPECT_EQ(total(*restored,
                  "discern_plugin_switches_total",
                  "ping\x1f"
                  "disabled"),
            1u);
  EXPECT_EQ(total(*restored, "discern_web_page_views_total", "/"), 9u);
  EXPECT_EQ(total(*restored, "discern_web_api_requests_total", ""), 20u);
}

TEST(SeedJson, ValuesOfAWrongTypeAreIgnored) {
  const auto restored = parse_seed_json(
      R"({"system": {"restartCount": "many"}, "plugins": {"commandUsage": {"p": {"c": -5}, "q": 1}},
          "web": 7})");
  ASSERT_TRUE(restored);
  EXPECT_TRUE(restored->totals.empty());
}

TEST(MetricsFile, IsIndentedAsTheOriginalSpecificationWritesIt) {
  const std::string json = R"({"system":{"uptime":1.5},"a\"{,:":[],"list":[1,2],"empty":{}})";
  EXPECT_EQ(indent_json(json), R"({
  "system": {
    "uptime": 1.5
  },
  "a\"{,:": [],
  "list": [
    1,
    2
  ],
  "empty": {}
}
)");
}

}  // namespace
}  // namespace discern::exporter
