#include "web/verdict.hpp"

#include <gtest/gtest.h>

#include "metrics/catalogue.hpp"
#include "metrics/registry.hpp"
#include "web/health_watch.hpp"

namespace discern::web {
namespace {

namespace catalogue = metrics::catalogue;
using namespace std::chrono_literals;

plugin::PluginStatus running(std::string id, std::string name) {
  plugin::PluginStatus status;
  status.id = std::move(id);
  status.name = std::move(name);
  status.state = "enabled";
  return status;
}

struct VerdictTest : testing::Test {
  VerdictTest() {
    in.now = SystemTime(1000s);
    in.shards_ready = in.shards_total = 4;
    in.commands_last_minute = 12;
    in.plugins = {running("music", "Music"), running("polls", "Polls")};
    in.counts["music"].runs = 90;
    in.counts["polls"].runs = 10;
  }
  void fail(std::string name, std::uint64_t failed, std::uint64_t uses) {
    CommandCounts counts{"music", std::move(name), uses, failed};
    counts.uses_now = uses;
    counts.failed_now = failed;
    in.commands.push_back(counts);
    in.counts["music"].failed += failed;
    in.counts["music"].failed_now += failed;
  }
  std::string text() const {
    std::string all;
    for (const Sentence& s : judge(in).sentences) all += (all.empty() ? "" : ". ") + s.text;
    return all;
  }
  VerdictInput in;
};

TEST_F(VerdictTest, SaysThatAllIsWell) {
  EXPECT_EQ(text(), "All 4 shards are up. 12 commands in the last minute. No failures in 5 min");
  EXPECT_EQ(judge(in).level, Level::Ok);
  EXPECT_EQ(judge(in).plugins, "of 2, all well");
  EXPECT_TRUE(judge(in).plugin.empty());
}

TEST_F(VerdictTest, NamesTheCommandItsShareAndSinceWhen) {
  fail("play", 12, 48);
  const Verdict verdict = judge(in);
  EXPECT_EQ(verdict.level, Level::Warn);
  EXPECT_EQ(verdict.sentences[0].text, "/play of Music: 12 of 48 uses failed in 5 min (25%)");
  EXPECT_EQ(verdict.sentences[0].since, SystemTime(1000s));
  EXPECT_EQ(verdict.sentences[0].href, "plugins?plugin=music");
  EXPECT_EQ(verdict.plugins, "of 2; Music in trouble");
  EXPECT_EQ(verdict.plugin.at("music").text, "/play: 12 of 48 uses failed in 5 min (25%)");
  EXPECT_EQ(verdict.command.at("music\x1fplay").text, "12 of 48 uses failed in 5 min (25%)");
  EXPECT_EQ(verdict.sentences.size(), 3u) << "and does not say it twice, of the plugin too";
  in.now = SystemTime(1060s);
  EXPECT_EQ(judge(in, verdict).sentences[0].since, SystemTime(1000s));
  EXPECT_EQ(judge(in).sentences[0].since, SystemTime(1060s));
}

// The one thing that must never be: trouble in one place, and all well in another.
TEST_F(VerdictTest, NeverContradictsItself) {
  for (const std::uint64_t failed : {0u, 1u, 2u, 3u, 5u, 30u, 87u, 90u}) {
    for (const std::uint64_t uses : {0u, 5u, 20u, 90u, 5000u}) {
      for (const bool command : {true, false}) {
        for (const bool now : {true, false}) {
          in.commands.clear();
          in.counts["music"] = {.runs = uses,
                                .failed = failed,
                                .runs_now = now ? uses : 0,
                                .failed_now = now ? failed : 0};
          if (command) {
            CommandCounts counts{"music", "play", uses, failed};
            counts.uses_now = uses;
            counts.failed_now = now ? failed : 0;
            in.commands.push_back(counts);
          }
          const Verdict verdict = judge(in);
          const bool well = verdict.plugins.find("all well") != std::string::npos;
          const bool none = text().find("No failures") != std::string::npos;
          EXPECT_EQ(verdict.level == Level::Ok, verdict.plugin.empty()) << text();
          EXPECT_EQ(well, failed == 0) << failed << verdict.plugins;
          EXPECT_EQ(none, failed == 0) << failed << text();
          for (const auto& [id, health] : verdict.command) {
            EXPECT_TRUE(verdict.plugin.contains("music")) << id;
          }
        }
      }
    }
  }
}

TEST_F(VerdictTest, TakesAFewFailuresAsNews) {
  fail("play", 2, 60);
  EXPECT_EQ(judge(in).level, Level::Ok);
  EXPECT_EQ(judge(in).plugins, "of 2; 2 runs failed in 5 min");
  EXPECT_NE(text().find("2 of 100 runs failed in 5 min (2.0%), most in Music"), std::string::npos);
}

TEST_F(VerdictTest, WritesLargeNumbersInGroups) {
  in.commands_last_minute = 1234567;
  in.counts["polls"] = {.runs = 98765, .failed = 1000};
  EXPECT_NE(text().find("1,234,567 commands"), std::string::npos);
  EXPECT_NE(text().find("1,000 of 98,855 runs failed in 5 min (1.0%)"), std::string::npos);
}

TEST_F(VerdictTest, TakesAPluginThatFailsOutsideOfItsCommandsAsTrouble) {
  in.counts["polls"] = {.runs = 40, .failed = 30, .runs_now = 40, .failed_now = 30};
  const Verdict verdict = judge(in);
  EXPECT_EQ(verdict.level, Level::Err);
  EXPECT_EQ(verdict.sentences[0].text, "Polls: 30 of 40 runs failed in 5 min (75%)");
}

TEST_F(VerdictTest, ForgetsWhatIsOver) {
  fail("play", 40, 48);
  in.commands[0].failed_now = 1;  // One in twenty still fails, as ever.
  in.commands[0].uses_now = 20;
  in.counts["music"].failed_now = 1;
  in.counts["music"].runs_now = 40;
  EXPECT_EQ(judge(in).level, Level::Ok);
  EXPECT_NE(text().find("40 of 100 runs failed in 5 min (40%)"), std::string::npos);
}

TEST_F(VerdictTest, NamesASlowCommand) {
  CommandCounts slow{"music", "play", 40, 0, 8};
  slow.slow_now = slow.uses_now = 3;
  in.commands.push_back(slow);
  EXPECT_EQ(judge(in).sentences[0].text,
            "/play of Music: 8 of 40 uses took 2 s or longer in 5 min (20%)");
  in.commands[0].uses = 19;
  EXPECT_EQ(judge(in).level, Level::Ok) << "a handful of uses says nothing";
}

TEST_F(VerdictTest, NamesPluginsThatHangOrDoNotRunAndSaysTheWorstFirst) {
  in.plugins[1].state = "failed";
  in.plugins[0].stuck = plugin::StuckHandler{"command play", 4.2, {}};
  in.shards_ready = 3;
  const Verdict verdict = judge(in);
  EXPECT_EQ(verdict.sentences[0].text, "Music is stuck in command play for 4 s");
  EXPECT_EQ(verdict.level, Level::Err);
  EXPECT_NE(text().find("1 shard of 4 is down"), std::string::npos);
  EXPECT_NE(text().find("Polls failed to load"), std::string::npos);
  EXPECT_EQ(verdict.plugins, "of 2; 2 in trouble");
}

TEST_F(VerdictTest, ClaimsNothingThatItDoesNotKnow) {
  const Verdict verdict = judge(VerdictInput());
  EXPECT_EQ(verdict.sentences[0].text, "The state of the shards is not known yet");
  EXPECT_EQ(verdict.level, Level::Unknown);
  EXPECT_EQ(verdict.plugins, "none loaded");
}

TEST(HealthWatch, CountsTheLastFiveMinutesExactly) {
  metrics::Registry registry{SystemTime(1000s)};
  HealthWatch watch;
  const std::vector<plugin::PluginStatus> plugins = {running("music", "Music")};
  auto now = 1000s;
  const auto step = [&](std::chrono::seconds later) {
    now += later;
    return watch.step(*registry.snapshot(SystemTime(now), SteadyTime(now)), plugins);
  };
  const auto uses = registry.counter(catalogue::kCommands, "music", "play");
  const auto errors = registry.counter(catalogue::kCommandErrors, "music", "play");
  registry.counter(catalogue::kCommands, "music", "stop");
  uses.add(7);  // Before the first tick.
  VerdictInput in = step(1s);
  EXPECT_TRUE(in.since_start);
  EXPECT_EQ(in.commands[0].uses, 7u);
  EXPECT_EQ(in.commands_last_minute, 7u);
  errors.add(2);
  (void)step(100s);
  in = step(50s);
  EXPECT_EQ(in.commands[0].failed, 2u);
  EXPECT_EQ(in.commands[0].failed_now, 2u);
  EXPECT_EQ(in.commands_last_minute, 0u);
  in = step(20s);
  EXPECT_EQ(in.commands[0].failed_now, 0u);
  EXPECT_EQ(in.commands[0].failed, 2u);
  in = step(130s);  // 301 s after the start.
  EXPECT_FALSE(in.since_start);
  EXPECT_EQ(in.commands[0].uses, 0u);
  EXPECT_EQ(in.commands[0].failed, 2u);
  in = step(101s);
  EXPECT_EQ(in.commands[0].failed, 0u);
}

TEST(HealthWatch, CountsSlowUsesAndRuns) {
  metrics::Registry registry{SystemTime(0s)};
  HealthWatch watch;
  registry.counter(catalogue::kCommands, "music", "play").add(3);
  const auto took = registry.histogram(catalogue::kCommandDuration, "play");
  for (const double s : {0.1, 1.9, 2.5}) took.observe(s);
  registry.histogram(catalogue::kPluginHandler, "music", "command").observe(0.1);
  registry.counter(catalogue::kPluginErrors, "music", "command").add(1);
  const VerdictInput in = watch.step(*registry.snapshot(SystemTime(9s), SteadyTime(9s)), {});
  EXPECT_EQ(in.commands[0].slow, 1u);
  EXPECT_EQ(in.counts.at("music").runs, 1u);
  EXPECT_EQ(in.counts.at("music").failed, 1u);
}

}  // namespace
}  // namespace discern::web
