#include "app/pipeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "metrics/catalogue.hpp"

namespace discern::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct PipelineTest : testing::Test, metrics::Sink {
  void consume(const metrics::SnapshotPtr&) override { calls.push_back("live"); }

  PipelineStages stages() {
    return {.collect = [&] { calls.push_back("collect"); },
            .cut =
                [&](metrics::slab::Latch& latch) {
                  calls.push_back("cut");
                  if (gateway_stuck) return false;
                  metrics::slab::latch_current_thread(latch);
                  return true;
                },
            .live = this,
            .note =
                [&](std::span<const metrics::Event> marks) {
                  for (const metrics::Event& mark : marks) noted.push_back(mark.text);
                },
            .commit = [&](const metrics::Snapshot& snapshot, Cut cut) -> Result<void> {
              calls.push_back(cut == Cut::Taken ? "commit" : "commit without sessions");
              if (bug) throw std::logic_error("a bug");
              for (const metrics::Event& mark : snapshot.events()) noted.push_back(mark.text);
              if (disk_full) return Error(Errc::Io, "disk is full");
              return {};
            },
            .backup = [&](const metrics::Snapshot&) -> Result<void> {
              calls.push_back("backup");
              return {};
            }};
  }
  void tick_after(std::chrono::milliseconds passed, bool last = false) {
    clock.advance(passed);
    calls.clear();
    pipeline.tick(clock.steady_now(), last);
  }

  ManualClock clock;
  metrics::Registry registry{clock.system_now()};
  std::vector<std::string> calls;
  std::vector<std::string> noted;
  bool disk_full = false;
  bool gateway_stuck = false;
  bool bug = false;
  Pipeline pipeline{registry, clock, stages(), {.live = 1s, .history = 10s, .backup = 60s}};
};

TEST_F(PipelineTest, CollectsThenShowsEveryTick) {
  tick_after(1s);
  EXPECT_THAT(calls, ElementsAre("collect", "live"));
}

TEST_F(PipelineTest, CutsAndCommitsEveryHistoryTick) {
  tick_after(9s);
  EXPECT_THAT(calls, ElementsAre("collect", "live"));
  tick_after(1s);
  EXPECT_THAT(calls, ElementsAre("collect", "cut", "live", "commit"));
  tick_after(1s);
  EXPECT_THAT(calls, ElementsAre("collect", "live"));
}

TEST_F(PipelineTest, TotalsAreNotWrittenAheadOfTheirSessions) {
  gateway_stuck = true;
  registry.annotate({clock.system_now(), "start", "a"});
  tick_after(10s);
  EXPECT_THAT(calls, ElementsAre("collect", "cut", "live"));
  gateway_stuck = false;
  tick_after(1s);
  EXPECT_THAT(calls, ElementsAre("collect", "cut", "live", "commit"));
  EXPECT_THAT(noted, ElementsAre("a"));
}

TEST_F(PipelineTest, HistoryGoesOnWithoutAGatewayThatStaysStuck) {
  gateway_stuck = true;
  tick_after(10s);
  tick_after(59s);
  EXPECT_THAT(calls, ElementsAre("collect", "cut", "live", "backup"));
  tick_after(1s);
  EXPECT_THAT(calls, ElementsAre("collect", "cut", "live", "commit without sessions"));
  tick_after(1s, true);
  EXPECT_THAT(calls, ElementsAre("collect", "cut", "live", "commit without sessions", "backup"));
}

TEST_F(PipelineTest, TheLastTickWritesEverything) {
  tick_after(1s, true);
  EXPECT_THAT(calls, ElementsAre("collect", "cut", "live", "commit", "backup"));
}

TEST_F(PipelineTest, MarksOfEveryTickAreHandedOnOnce) {
  registry.annotate({clock.system_now(), "start", "a"});
  tick_after(1s);
  registry.annotate({clock.system_now(), "reload", "b"});
  tick_after(10s);
  tick_after(10s);
  EXPECT_THAT(noted, ElementsAre("a", "b"));
}

TEST_F(PipelineTest, AFailedCommitIsCounted) {
  disk_full = true;
  tick_after(10s);
  EXPECT_EQ(registry.snapshot({}, {})->lifetime_sum("discern_tick_failures_total"), 1);
}

TEST_F(PipelineTest, AnExceptionEndsThatPartOfThatTickAlone) {
  bug = true;
  tick_after(10s, true);
  EXPECT_THAT(calls, ElementsAre("collect", "cut", "live", "commit", "backup"));
  EXPECT_EQ(registry.snapshot({}, {})->lifetime_sum("discern_tick_failures_total"), 1);
}

TEST_F(PipelineTest, EveryTickShowsWhatCountingCosts) {
  namespace catalogue = metrics::catalogue;
  tick_after(1s);
  tick_after(1s);
  const metrics::SnapshotPtr now = registry.snapshot({}, {});
  const auto sum = [&](const metrics::Descriptor& d) { return now->lifetime_sum(d.name); };
  EXPECT_EQ(now->find_family(catalogue::kOperationCost.name)->series.size(), 4u);
  EXPECT_GT(sum(catalogue::kOperationCost), 0);
  EXPECT_GT(sum(catalogue::kSeries), 0);
  EXPECT_GT(sum(catalogue::kSeriesMemory), 0);
  const auto& parts = now->find_family(catalogue::kTickDuration.name)->series;
  const auto snapshots = std::find_if(
      parts.begin(), parts.end(), [](const auto* part) { return part->key() == "snapshot"; });
  ASSERT_NE(snapshots, parts.end());
  EXPECT_EQ(now->histogram(**snapshots).count, 2u);
}

}  // namespace
}  // namespace discern::app
