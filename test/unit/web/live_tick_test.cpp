#include "web/live_tick.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/catalogue.hpp"
#include "metrics/registry.hpp"

namespace discern::web {
namespace {

namespace catalogue = metrics::catalogue;
using namespace std::chrono_literals;

struct LiveTickerTest : testing::Test {
  LiveTick step(std::chrono::seconds later = 1s) {
    now += later;
    return ticker.step(*registry.snapshot(SystemTime(1'000'000s + now), SteadyTime(now)), plugins);
  }
  static double value(const LiveTick& tick, std::string_view key) {
    for (std::size_t i = 0; i < kLiveSeries.size(); ++i) {
      if (kLiveSeries[i].key == key) return tick.values[i];
    }
    throw std::runtime_error("no series " + std::string(key));
  }

  std::chrono::seconds now{100};
  metrics::Registry registry{SystemTime(1'000'000s)};
  std::vector<plugin::PluginStatus> plugins;
  LiveTicker ticker{"gateway"};
};

TEST_F(LiveTickerTest, WhatIsNotMeasuredIsUnknownAndNotZero) {
  const LiveTick tick = step();
  EXPECT_EQ(tick.time_ms, 1'000'101'000);
  EXPECT_TRUE(std::isnan(value(tick, "uptime")));
  EXPECT_TRUE(std::isnan(value(tick, "memory")));
  EXPECT_TRUE(std::isnan(value(tick, "guilds")));
  EXPECT_TRUE(std::isnan(value(tick, "loop_delay")));
  EXPECT_TRUE(std::isnan(value(tick, "events_rate")));
  EXPECT_EQ(value(tick, "commands_total"), 0);
  EXPECT_EQ(value(step(), "events_rate"), 0);
}

TEST_F(LiveTickerTest, UptimeIsTheProcesssAndNotTheWallClocks) {
  registry.gauge(catalogue::kUptime).set(12.34);
  EXPECT_DOUBLE_EQ(value(step(), "uptime"), 12.3);
}

TEST_F(LiveTickerTest, RatesAreOverTheRealInterval) {
  registry.restore(catalogue::kGatewayEvents.name, "A", {.steps = 1'000'000, .histogram = {}});
  registry.counter(catalogue::kGatewayEvents, "A").add(5);
  step();
  registry.counter(catalogue::kGatewayEvents, "A").add(10);
  registry.counter(catalogue::kGatewayEvents, "B").add(10);
  EXPECT_DOUBLE_EQ(value(step(4s), "events_rate"), 5);
}

TEST_F(LiveTickerTest, TimesRiseEvenWhenTheClockGoesBackALittle) {
  const std::int64_t first = step().time_ms;
  EXPECT_EQ(step(-4s).time_ms, first + 1);
  EXPECT_FALSE(step().begins_anew);
}

TEST_F(LiveTickerTest, AClockThatWasSetBackIsFollowed) {
  const std::int64_t first = step().time_ms;
  const LiveTick back = step(-10s);
  EXPECT_EQ(back.time_ms, first - 10'000);
  EXPECT_TRUE(back.begins_anew);
  EXPECT_FALSE(step().begins_anew);
}

TEST_F(LiveTickerTest, LoopDelayIsTheMeanOfTheInterval) {
  const metrics::Histogram delay = registry.histogram(catalogue::kLoopDelay, "gateway");
  registry.histogram(catalogue::kLoopDelay, "web").observe(9.0);
  delay.observe(1.0);
  step();
  delay.observe(0.002);
  delay.observe(0.004);
  EXPECT_NEAR(value(step(), "loop_delay"), 3, 1e-9);
  EXPECT_NEAR(value(step(), "loop_delay"), 3, 1e-9) << "no probe came back in this interval";
}

TEST_F(LiveTickerTest, ALoopThatDoesNotAnswerShowsForHowLong) {
  registry.histogram(catalogue::kLoopDelay, "gateway").observe(0.001);
  step();
  registry.gauge(catalogue::kLoopStall, "gateway").set(2.5);
  EXPECT_NEAR(value(step(), "loop_delay"), 2500, 1e-6);
}

TEST_F(LiveTickerTest, ApiLatencyIsTheMedianOfFiveMinutes) {
  const metrics::Histogram a = registry.histogram(catalogue::kRestDuration, "GET", "/a");
  const metrics::Histogram b = registry.histogram(catalogue::kRestDuration, "POST", "/b");
  for (int i = 0; i < 10; ++i) a.observe(0.1);
  for (int i = 0; i < 5; ++i) b.observe(5.0);
  EXPECT_NEAR(value(step(), "api_latency"), 100, 5);
  for (int i = 0; i < 40; ++i) step(10s);
  EXPECT_TRUE(std::isnan(value(step(), "api_latency"))) << "nothing in the last five minutes";
  b.observe(1.0);
  EXPECT_NEAR(value(step(), "api_latency"), 1000, 50);
}

TEST_F(LiveTickerTest, SendsCommandRowsThatChanged) {
  registry.restore(catalogue::kCommands.name, "ping\x1fping", {.steps = 7, .histogram = {}});
  registry.counters(catalogue::kCommands);
  LiveTick tick = step();
  ASSERT_EQ(tick.commands.size(), 1u);
  EXPECT_EQ(tick.commands[0].uses, 7);
  EXPECT_TRUE(std::isnan(tick.commands[0].last_used)) << "an earlier process used it";
  EXPECT_TRUE(step().commands.empty());

  registry.counter(catalogue::kCommands, "ping", "ping").add();
  registry.counter(catalogue::kCommandErrors, "ping", "ping").add();
  registry.histogram(catalogue::kCommandDuration, "ping").observe(0.02);
  tick = step();
  ASSERT_EQ(tick.commands.size(), 1u);
  EXPECT_EQ(tick.commands[0].name, "ping");
  EXPECT_EQ(tick.commands[0].plugin, "ping");
  EXPECT_EQ(tick.commands[0].uses, 8);
  EXPECT_EQ(tick.commands[0].errors, 1);
  EXPECT_NEAR(tick.commands[0].p50_ms, 20, 1);
  EXPECT_EQ(tick.commands[0].last_used, static_cast<double>(tick.time_ms) / 1000);

  registry.counter(catalogue::kCommands, "music", "music play").add();
  tick = step();
  ASSERT_EQ(tick.commands.size(), 1u);
  EXPECT_EQ(tick.commands[0].name, "music play");
  EXPECT_FALSE(std::isnan(tick.commands[0].last_used)) << "it was used a moment ago";
}

TEST_F(LiveTickerTest, SendsPluginRowsThatChanged) {
  plugins.resize(2);
  plugins[0].id = "ping";
  plugins[1].id = "trivia";
  EXPECT_EQ(step().plugins.size(), 2u);
  EXPECT_TRUE(step().plugins.empty());
  registry.counter(catalogue::kPluginErrors, "ping", "timer").add(2);
  registry.counter(catalogue::kPluginErrors, "ping", "command").add();
  plugins[1].stuck = plugin::StuckHandler{"command slow", 4.2, {}};
  const LiveTick tick = step();
  ASSERT_EQ(tick.plugins.size(), 2u);
  EXPECT_EQ(tick.plugins[0].errors, 3);
  EXPECT_EQ(tick.plugins[1].status.stuck->handler, "command slow");
}

TEST_F(LiveTickerTest, CountsReadyShards) {
  registry.gauge(catalogue::kShardReady, "0").set(1);
  registry.gauge(catalogue::kShardReady, "1").set(0);
  const LiveTick tick = step();
  EXPECT_EQ(value(tick, "shards_ready"), 1);
  EXPECT_EQ(value(tick, "shards_total"), 2);
}

}  // namespace
}  // namespace discern::web
