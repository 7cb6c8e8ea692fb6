#include "collect/runner.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <stdexcept>

#include "collect/all_collectors.hpp"
#include "collect/loop_probe.hpp"
#include "metrics/catalogue.hpp"

namespace discern::collect {
namespace {

using namespace std::chrono_literals;

double gauge(metrics::Registry& registry, std::string_view family, std::string_view key) {
  const auto now = registry.snapshot({}, {});
  for (const metrics::Series* series : now->find_family(family)->series) {
    if (series->key() == key) return now->value(*series);
  }
  return -1;
}

struct Fake final : Collector {
  Fake(std::string n, std::function<Result<void>()> does)
      : text(std::move(n)), run(std::move(does)) {}
  std::string_view name() const override { return text; }
  Result<void> collect() override { return run(); }
  std::string text;
  std::function<Result<void>()> run;
};

TEST(Runner, AFailingCollectorStopsNoOther) {
  metrics::Registry registry{SystemTime{}};
  ManualClock clock;
  int runs = 0;
  std::vector<std::unique_ptr<Collector>> collectors;
  collectors.push_back(
      std::make_unique<Fake>("throws", []() -> Result<void> { throw std::runtime_error("no"); }));
  collectors.push_back(
      std::make_unique<Fake>("fails", []() -> Result<void> { return Error(Errc::Io, "no"); }));
  collectors.push_back(std::make_unique<Fake>("works", [&]() -> Result<void> {
    ++runs;
    clock.advance(2s);
    return {};
  }));
  Runner(registry, clock, std::move(collectors)).run();
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(gauge(registry, "discern_collector_success", "throws"), 0);
  EXPECT_EQ(gauge(registry, "discern_collector_success", "fails"), 0);
  EXPECT_EQ(gauge(registry, "discern_collector_success", "works"), 1);
  EXPECT_EQ(gauge(registry, "discern_collector_duration_seconds", "works"), 2);
}

TEST(ProcessCollector, WhatAHiddenProcDoesNotShowIsUnknownAndNotZero) {
  metrics::Registry registry{SystemTime{}};
  ManualClock clock;
  const auto collector = make_process_collector(registry, clock, HostRoot("/nowhere"));
  EXPECT_FALSE(collector->collect().ok());
  for (const char* family : {"discern_process_resident_memory_bytes",
                             "discern_process_open_fds",
                             "discern_process_max_fds",
                             "discern_process_threads"}) {
    EXPECT_TRUE(std::isnan(gauge(registry, family, ""))) << family;
  }
}

TEST(ProcessCollector, PublishesThisProcess) {
  metrics::Registry registry{SystemTime{}};
  ManualClock clock;
  const auto collector = make_process_collector(registry, clock, HostRoot());
  clock.advance(90s);
  ASSERT_TRUE(collector->collect());
  EXPECT_EQ(gauge(registry, "discern_process_uptime_seconds", ""), 90);
  EXPECT_GT(gauge(registry, "discern_process_resident_memory_bytes", ""), 1e6);
  EXPECT_GE(gauge(registry, "discern_process_threads", ""), 1);
  EXPECT_GE(gauge(registry, "discern_process_open_fds", ""), 3);
  EXPECT_GT(gauge(registry, "discern_process_cpu_seconds_total", ""), 0);
}

TEST(ProcessCollector, ReportsAMissingProc) {
  metrics::Registry registry{SystemTime{}};
  ManualClock clock;
  const auto collector = make_process_collector(registry, clock, HostRoot("/nonexistent"));
  const auto result = collector->collect();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Errc::NotFound);
}

TEST(LoopProber, MeasuresDelayAndShowsAStallWhileItLasts) {
  metrics::Registry registry{SystemTime{}};
  ManualClock clock;
  LoopProber prober(registry, clock);
  std::vector<std::function<void()>> queue;
  prober.add("io", [&](std::function<void()> work) { queue.push_back(std::move(work)); });
  prober.ping();
  clock.advance(3s);
  prober.ping();
  EXPECT_EQ(gauge(registry, "discern_loop_stall_seconds", "io"), 3);
  ASSERT_EQ(queue.size(), 1u) << "a second ping must wait for the first";
  clock.advance(1s);
  queue[0]();
  prober.ping();
  EXPECT_EQ(gauge(registry, "discern_loop_stall_seconds", "io"), 0);
  EXPECT_NEAR(gauge(registry, "discern_loop_delay_seconds", "io"), 4, 1e-9);
}

}  // namespace
}  // namespace discern::collect
