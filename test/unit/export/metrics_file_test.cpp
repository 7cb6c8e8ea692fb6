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

TEST(MetricsFile, ABrokenFileIsSetAsideAndSaidSo) {
  const auto folder = std::filesystem::temp_directory_path() / "discern_metrics_file_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const auto path = folder / "metrics.json";
  ASSERT_TRUE(write_file_atomically(path, "{\"system\": {\"upt"));
  const auto broken = read_metrics_file(path);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().kind, Errc::Corrupt);
  EXPECT_THAT(broken.error().text, HasSubstr("it was kept as"));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1)
      << "the old content is kept";
  EXPECT_EQ(read_metrics_file(path).error().kind, Errc::NotFound);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace discern::exporter
