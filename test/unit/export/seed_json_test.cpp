#include "export/seed_json.hpp"

#include <gtest/gtest.h>

#include "metrics/catalogue.hpp"
#include "metrics/registry.hpp"

namespace discern::exporter {
namespace {

namespace catalogue = metrics::catalogue;
using namespace std::chrono_literals;

std::string json_of(metrics::Registry& registry, const SeedExtras& extras = {}) {
  std::string out;
  append_seed_json(out, *registry.snapshot(SystemTime(1012500ms), SteadyTime(50s)), extras);
  return out;
}

TEST(SeedJsonText, HasEveryKeyBeforeAnythingHappened) {
  metrics::Registry registry{SystemTime(1000s)};
  EXPECT_EQ(json_of(registry),
            R"({"system":{"uptime":0,"restartCount":0,"memoryUsage":null,"cpuUsage":null,)"
            R"("eventLoopDelay":0},)"
            R"("discord":{"commandUsage":{},"eventProcessing":0,"apiLatency":0,"guildCount":0,)"
            R"("userCount":0},)"
            R"("plugins":{"loadTime":{},"enableDisableCount":{},"errorCount":{},)"
            R"("commandUsage":{}},)"
            R"("web":{"pageViews":{},"apiRequestCount":0,"apiResponseTime":[],"errorRates":0}})");
}

TEST(SeedJsonText, SumsLifetimeTotalsIntoTheSeedsShape) {
  metrics::Registry registry{SystemTime(1000s)};
  registry.restore(
      catalogue::kCommands.name, "music\x1fmusic play", {.steps = 40, .histogram = {}});
  registry.restore(catalogue::kApiRequests.name, "", {.steps = 7, .histogram = {}});
  // The wall clock of the snapshot says something else: it may have been set meanwhile.
  registry.gauge(catalogue::kUptime).set(7.25);
  registry.gauge(catalogue::kRestarts).set(3);
  registry.gauge(catalogue::kResidentMemory).set(12345678);
  registry.gauge(catalogue::kCpuUsage).set(1.5);
  registry.gauge(catalogue::kGuilds).set(5);
  registry.gauge(catalogue::kUsers).set(900);
  registry.counter(catalogue::kCommands, "music", "music play").add(2);
  registry.counter(catalogue::kCommands, "ping", "ping").add(1);
  registry.counter(catalogue::kCommands, "other", "ping").add(1);
  registry.counter(catalogue::kGatewayEvents, "MESSAGE_CREATE").add(10);
  registry.counter(catalogue::kGatewayEvents, "GUILD_CREATE").add(5);
  registry.gauge(catalogue::kPluginEnabled, "ping").set(1);
  registry.gauge(catalogue::kPluginLoad, "ping").set(0.0125);
  registry.gauge(catalogue::kPluginEnabled, "off").set(0);
  registry.gauge(catalogue::kPluginLoad, "off").set(0.5);
  registry.counter(catalogue::kPluginSwitches, "ping", "enabled").add(2);
  registry.counter(catalogue::kPluginErrors, "ping", "command").add(1);
  registry.counter(catalogue::kPluginErrors, "ping", "timer").add(2);
  registry.counter(catalogue::kPageViews, "/").add(4);
  registry.counter(catalogue::kApiRequests).add(1);
  const SeedExtras extras{.event_loop_delay_ms = 0.25,
                          .api_latency_ms = 63.5,
                          .api_response_ms = {0.5, 1},
                          .error_rate = 0.125};
  EXPECT_EQ(json_of(registry, extras),
            R"({"system":{"uptime":7.25,"restartCount":3,"memoryUsage":12345678,"cpuUsage":150,)"
            R"("eventLoopDelay":0.25},)"
            R"("discord":{"commandUsage":{"music play":42,"ping":2},"eventProcessing":15,)"
            R"("apiLatency":63.5,"guildCount":5,"userCount":900},)"
            R"("plugins":{"loadTime":{"ping":12.5},)"
            R"("enableDisableCount":{"ping":{"disabled":0,"enabled":2}},)"
            R"("errorCount":{"ping":3},)"
            R"("commandUsage":{"music":{"music play":42},"other":{"ping":1},"ping":{"ping":1}}},)"
            R"("web":{"pageViews":{"/":4},"apiRequestCount":8,"apiResponseTime":[0.5,1],)"
            R"("errorRates":0.125}})");
}

TEST(SeedJsonText, StaysJsonWhenNamesAndNumbersAreHostile) {
  metrics::Registry registry{SystemTime(1000s)};
  registry.counter(catalogue::kCommands, "p", "a\"b\\\xff</script>").add(1);
  registry.gauge(catalogue::kGuilds).set(std::numeric_limits<double>::quiet_NaN());
  const std::string text = json_of(registry);
  EXPECT_NE(text.find(R"("a\"b\\)"
                      "\xEF\xBF\xBD"
                      R"(</script>":1)"),
            text.npos)
      << text;
  EXPECT_NE(text.find(R"("guildCount":0)"), text.npos) << text;
}

}  // namespace
}  // namespace discern::exporter
