#include "export/prometheus_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/registry.hpp"

namespace discern::exporter {
namespace {

using namespace std::chrono_literals;
using metrics::Descriptor;
using metrics::Kind;
using metrics::Registry;
using metrics::Unit;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr Descriptor kJobs{.name = "test_jobs_total", .help = "Jobs \\ done.", .labels = {"kind"}};
constexpr Descriptor kCpu{
    .name = "test_cpu_seconds_total", .help = "CPU.", .unit = Unit::Seconds, .step = 1e-9};
constexpr Descriptor kDepth{.name = "test_depth", .help = "Depth.", .kind = Kind::Gauge};
constexpr Descriptor kWait{
    .name = "test_wait_seconds", .help = "Wait.", .kind = Kind::Histogram, .unit = Unit::Seconds};

std::string text_of(Registry& registry, TextFormat format) {
  std::string out;
  append_text(out, *registry.snapshot(SystemTime(1000s), SteadyTime(10s)), format);
  return out;
}

TEST(PrometheusText, AGaugeThatNothingHasSetHasNoSample) {
  Registry registry{SystemTime(900s)};
  registry.gauge(kDepth);
  EXPECT_EQ(text_of(registry, TextFormat::Prometheus), "");
  EXPECT_EQ(text_of(registry, TextFormat::OpenMetrics), "# EOF\n");
}

TEST(PrometheusText, WritesCountersAndGauges) {
  Registry registry{SystemTime(900s)};
  registry.counter(kJobs, "say \"hi\"").add(3);
  registry.counter(kCpu).add(1'500'000'000);
  registry.gauge(kDepth).set(-2.5);
  EXPECT_EQ(text_of(registry, TextFormat::Prometheus),
            "# HELP test_cpu_seconds_total CPU.\n"
            "# TYPE test_cpu_seconds_total counter\n"
            "test_cpu_seconds_total 1.5\n"
            "# HELP test_depth Depth.\n"
            "# TYPE test_depth gauge\n"
            "test_depth -2.5\n"
            "# HELP test_jobs_total Jobs \\\\ done.\n"
            "# TYPE test_jobs_total counter\n"
            "test_jobs_total{kind=\"say \\\"hi\\\"\"} 3\n");
}

TEST(PrometheusText, WritesTheCumulativeBucketsOfAHistogram) {
  Registry registry{SystemTime(900s)};
  for (const double value : {0.5, 0.5, 0.6, 3.0, 100.0}) registry.histogram(kWait).observe(value);
  const std::string text = text_of(registry, TextFormat::Prometheus);
  EXPECT_THAT(text, HasSubstr("test_wait_seconds_bucket{le=\"0.25\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("test_wait_seconds_bucket{le=\"0.5\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("test_wait_seconds_bucket{le=\"1\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("test_wait_seconds_bucket{le=\"64\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("test_wait_seconds_bucket{le=\"+Inf\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("test_wait_seconds_sum 104.6\n"));
  EXPECT_THAT(text, HasSubstr("test_wait_seconds_count 5\n"));
}

TEST(PrometheusText, ExportsWhatThisProcessCountedOnly) {
  Registry registry{SystemTime(900s)};
  registry.restore("test_jobs_total", "old", {.steps = 100, .histogram = {}});
  registry.counter(kJobs, "old").add();
  EXPECT_THAT(text_of(registry, TextFormat::Prometheus), HasSubstr("{kind=\"old\"} 1\n"));
}

TEST(PrometheusText, LeavesOutFamiliesWithoutSeries) {
  Registry registry{SystemTime(900s)};
  registry.counters(kJobs);
  EXPECT_EQ(text_of(registry, TextFormat::Prometheus), "");
}

TEST(OpenMetricsText, HasUnitsCreatedTimesAndAnEnd) {
  Registry registry{SystemTime(900s)};
  registry.counter(kCpu).add(2'000'000'000);
  registry.histogram(kWait).observe(0.5);
  const std::string text = text_of(registry, TextFormat::OpenMetrics);
  EXPECT_THAT(text,
              StartsWith("# HELP test_cpu_seconds CPU.\n"
                         "# TYPE test_cpu_seconds counter\n"
                         "# UNIT test_cpu_seconds seconds\n"
                         "test_cpu_seconds_total 2\n"
                         "test_cpu_seconds_created 900\n"));
  EXPECT_THAT(text, HasSubstr("test_wait_seconds_bucket{le=\"1.0\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("test_wait_seconds_created 900\n"));
  EXPECT_TRUE(text.ends_with("\n# EOF\n"));
}

TEST(TextFormat, IsNegotiatedByAccept) {
  EXPECT_EQ(negotiate(""), TextFormat::Prometheus);
  EXPECT_EQ(negotiate("text/plain;version=0.0.4"), TextFormat::Prometheus);
  EXPECT_EQ(negotiate("application/openmetrics-text;version=1.0.0,text/plain;q=0.5"),
            TextFormat::OpenMetrics);
  // What Prometheus 2 and 3 send.
  EXPECT_EQ(negotiate("application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
                      "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
            TextFormat::OpenMetrics);
  EXPECT_EQ(negotiate("text/plain, application/openmetrics-text; q=0.5"), TextFormat::Prometheus);
  EXPECT_EQ(negotiate("application/openmetrics-text;q=0"), TextFormat::Prometheus);
}

}  // namespace
}  // namespace discern::exporter
