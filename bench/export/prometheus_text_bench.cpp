// Rendering /metrics: counters and histograms, beside the bare limit and prometheus-cpp.

#include <benchmark/benchmark.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include "export/prometheus_text.hpp"
#include "metrics/registry.hpp"

namespace discern::bench {
namespace {

using metrics::Descriptor;
using metrics::Kind;

constexpr Descriptor kUses{.name = "bench_command_uses_total",
                           .help = "Uses of a command.",
                           .labels = {"command"},
                           .max_series = 200'000};
constexpr Descriptor kWait{.name = "bench_wait_seconds",
                           .help = "Wait.",
                           .kind = Kind::Histogram,
                           .unit = metrics::Unit::Seconds,
                           .labels = {"queue"},
                           .max_series = 2000};

// Values of two to seven digits, as counters of a bot have.
std::uint64_t value_of(std::int64_t i) {
  return static_cast<std::uint64_t>(i * 7919 % 1000 * (i % 7 == 0 ? 9973 : 17) + 10);
}
std::string name_of(std::int64_t i) {
  return "command_" + std::to_string(i);
}
template <class Observe>
void observe_some(Observe observe) {
  for (double value = 0.0002; value < 40; value *= 1.5) observe(value);
}

void counters_ours(benchmark::State& state) {
  metrics::Registry registry{SystemTime{}};
  auto& uses = registry.counters(kUses);
  for (std::int64_t i = 0; i < state.range(0); ++i) uses.with(name_of(i)).add(value_of(i));
  const metrics::SnapshotPtr snapshot = registry.snapshot({}, {});
  std::string out;
  for (auto _ : state) {
    out.clear();
    exporter::append_text(out, *snapshot, exporter::TextFormat::Prometheus);
    benchmark::DoNotOptimize(out.data());
  }
  state.counters["bytes"] = static_cast<double>(out.size());
}

// With the snapshot that a scrape needs, as prometheus-cpp's figure has its Collect().
void scrape_ours(benchmark::State& state) {
  metrics::Registry registry{SystemTime{}};
  auto& uses = registry.counters(kUses);
  for (std::int64_t i = 0; i < state.range(0); ++i) uses.with(name_of(i)).add(value_of(i));
  std::string out;
  for (auto _ : state) {
    out.clear();
    exporter::append_text(out, *registry.snapshot({}, {}), exporter::TextFormat::Prometheus);
    benchmark::DoNotOptimize(out.data());
  }
}

// The least it can cost: each line's beginning is ready, only the number is written.
struct BareLine {
  std::string prefix;
  std::uint64_t value;
};

void render_bare(const std::vector<BareLine>& lines, std::string& out) {
  out.clear();
  for (const BareLine& line : lines) {
    char number[24];
    out.append(line.prefix);
    out.append(number, std::to_chars(number, number + sizeof number, line.value).ptr);
    out.push_back('\n');
  }
}

void counters_bare(benchmark::State& state) {
  std::vector<BareLine> lines;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    lines.push_back({"bench_command_uses_total{command=\"" + name_of(i) + "\"} ", value_of(i)});
  }
  std::string out;
  for (auto _ : state) {
    render_bare(lines, out);
    benchmark::DoNotOptimize(out.data());
  }
}

void counters_prometheus_cpp(benchmark::State& state) {
  prometheus::Registry registry;
  auto& uses = prometheus::BuildCounter()
                   .Name("bench_command_uses_total")
                   .Help("Uses of a command.")
                   .Register(registry);
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    uses.Add({{"command", name_of(i)}}).Increment(static_cast<double>(value_of(i)));
  }
  const prometheus::TextSerializer serializer;
  for (auto _ : state) benchmark::DoNotOptimize(serializer.Serialize(registry.Collect()));
}

void histograms_ours(benchmark::State& state) {
  metrics::Registry registry{SystemTime{}};
  auto& wait = registry.histograms(kWait);
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const metrics::Histogram one = wait.with(name_of(i));
    observe_some([&](double value) { one.observe(value); });
  }
  const metrics::SnapshotPtr snapshot = registry.snapshot({}, {});
  std::string out;
  for (auto _ : state) {
    out.clear();
    exporter::append_text(out, *snapshot, exporter::TextFormat::Prometheus);
    benchmark::DoNotOptimize(out.data());
  }
  state.counters["lines"] = static_cast<double>(std::count(out.begin(), out.end(), '\n'));
}

// As many lines as ours has (20 buckets, +Inf, sum, count).
void histograms_bare(benchmark::State& state) {
  std::vector<BareLine> lines;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const std::string labels = "{queue=\"" + name_of(i) + "\"";
    for (int edge = -13; edge <= 6; ++edge) {
      lines.push_back({"bench_wait_seconds_bucket" + labels + ",le=\"" +
                           std::to_string(std::exp2(edge)) + "\"} ",
                       static_cast<std::uint64_t>(edge + 14)});
    }
    lines.push_back({"bench_wait_seconds_bucket" + labels + ",le=\"+Inf\"} ", 31});
    lines.push_back({"bench_wait_seconds_sum" + labels + "} ", 115});
    lines.push_back({"bench_wait_seconds_count" + labels + "} ", 31});
  }
  std::string out;
  for (auto _ : state) {
    render_bare(lines, out);
    benchmark::DoNotOptimize(out.data());
  }
}

void histograms_prometheus_cpp(benchmark::State& state) {
  prometheus::Registry registry;
  auto& wait =
      prometheus::BuildHistogram().Name("bench_wait_seconds").Help("Wait.").Register(registry);
  prometheus::Histogram::BucketBoundaries bounds;
  for (int edge = -13; edge <= 6; ++edge) bounds.push_back(std::exp2(edge));
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    auto& one = wait.Add({{"queue", name_of(i)}}, bounds);
    observe_some([&](double value) { one.Observe(value); });
  }
  const prometheus::TextSerializer serializer;
  for (auto _ : state) benchmark::DoNotOptimize(serializer.Serialize(registry.Collect()));
}

constexpr auto kMs = benchmark::kMillisecond;
BENCHMARK(counters_ours)->Name("text/ours")->Arg(10'000)->Arg(100'000)->Unit(kMs);
BENCHMARK(counters_bare)->Name("text/bare")->Arg(10'000)->Arg(100'000)->Unit(kMs);
BENCHMARK(counters_prometheus_cpp)
    ->Name("text/prometheus_cpp")
    ->Arg(10'000)
    ->Arg(100'000)
    ->Unit(kMs);
BENCHMARK(scrape_ours)->Name("scrape/ours")->Arg(10'000)->Arg(100'000)->Unit(kMs);
BENCHMARK(histograms_ours)->Name("text_histograms/ours")->Arg(1000)->Unit(kMs);
BENCHMARK(histograms_bare)->Name("text_histograms/bare")->Arg(1000)->Unit(kMs);
BENCHMARK(histograms_prometheus_cpp)->Name("text_histograms/prometheus_cpp")->Arg(1000)->Unit(kMs);

}  // namespace
}  // namespace discern::bench
