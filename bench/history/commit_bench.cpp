// What a history tick costs, in time and bytes, for a synthetic bot: 1,200 bursty counters, 300
// slow gauges and 20 histograms of some 25 buckets, one tick every 10 s.

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "history/reader.hpp"
#include "history/store.hpp"
#include "history/tick_codec.hpp"
#include "metrics/registry.hpp"

namespace discern::history {
namespace {

using namespace std::chrono_literals;

constexpr int kCounters = 1200;
constexpr int kGauges = 300;
constexpr int kHistograms = 20;
constexpr metrics::Descriptor kJobs{
    .name = "bench_jobs_total", .help = "Jobs.", .labels = {"group", "n"}, .max_series = 5000};
constexpr metrics::Descriptor kDepth{
    .name = "bench_depth", .help = "Depth.", .kind = metrics::Kind::Gauge, .labels = {"n"}};
constexpr metrics::Descriptor kWait{.name = "bench_wait_seconds",
                                    .help = "Wait.",
                                    .kind = metrics::Kind::Histogram,
                                    .unit = metrics::Unit::Seconds,
                                    .labels = {"n"}};

class Bot {
 public:
  Bot() : registry_(clock_.system_now()) {
    for (int i = 0; i < kCounters; ++i) {
      counters_.push_back(registry_.counter(kJobs, std::to_string(i % 25), std::to_string(i)));
    }
    for (int i = 0; i < kGauges; ++i) {
      gauges_.push_back(registry_.gauge(kDepth, std::to_string(i)));
    }
    for (int i = 0; i < kHistograms; ++i) {
      histograms_.push_back(registry_.histogram(kWait, std::to_string(i)));
    }
  }
  // Ten seconds: one counter in five is busy, one gauge in twenty moves.
  void live() {
    for (const metrics::Counter& counter : counters_) {
      if (random_() % 5 == 0) counter.add(1 + random_() % 20);
    }
    for (const metrics::Gauge& gauge : gauges_) {
      if (random_() % 20 == 0) gauge.add(static_cast<double>(random_() % 5) - 2);
    }
    std::lognormal_distribution<double> wait(-3, 0.6);
    for (const metrics::Histogram& histogram : histograms_) {
      for (auto n = random_() % 10; n > 0; --n) histogram.observe(wait(random_));
    }
    clock_.advance(10s);
  }
  metrics::SnapshotPtr snapshot() {
    return registry_.snapshot(clock_.system_now(), clock_.steady_now());
  }
  ManualClock& clock() { return clock_; }

 private:
  ManualClock clock_;
  std::mt19937 random_{1};
  metrics::Registry registry_;
  std::vector<metrics::Counter> counters_;
  std::vector<metrics::Gauge> gauges_;
  std::vector<metrics::Histogram> histograms_;
};

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "discern-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

// Time includes the disk's, CPU does not.
void BM_Store_Commit(benchmark::State& state) {
  const Folder folder;
  Bot bot;
  auto store = *Store::open(folder.path, bot.clock());
  std::size_t samples = 0;
  std::size_t payload = 0;
  for (auto _ : state) {
    state.PauseTiming();
    bot.live();
    const auto snapshot = bot.snapshot();
    state.ResumeTiming();
    if (!store->commit(*snapshot, {})) state.SkipWithError("commit");
    samples += store->last_written().samples;
    payload += store->last_written().payload_bytes;
  }
  store.reset();
  const auto file = std::filesystem::file_size(database_file(folder.path));
  state.counters["samples/tick"] =
      static_cast<double>(samples) / static_cast<double>(state.iterations());
  state.counters["payload_B/sample"] = static_cast<double>(payload) / static_cast<double>(samples);
  state.counters["file_B/sample"] = static_cast<double>(file) / static_cast<double>(samples);
}
BENCHMARK(BM_Store_Commit)->Iterations(8640)->Unit(benchmark::kMicrosecond);

// One day in the file, asked over the whole of it.
void BM_Reader_Day(benchmark::State& state, const char* family, Reduction reduction) {
  static const Folder folder;
  static const SystemTime end = [] {
    Bot bot;
    auto store = *Store::open(folder.path, bot.clock());
    for (int i = 0; i < 8640; ++i) {
      bot.live();
      if (!store->commit(*bot.snapshot(), {})) std::abort();
    }
    return bot.clock().system_now();
  }();
  auto reader = *make_reader(database_file(folder.path));
  const Query query{family, {}, end - 24h, end, std::chrono::minutes(20), reduction};
  for (auto _ : state) benchmark::DoNotOptimize(reader->run(query).ok());
}
BENCHMARK_CAPTURE(BM_Reader_Day, rate_of_1200, "bench_jobs_total", Reduction::Rate)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Reader_Day, last_of_300, "bench_depth", Reduction::Last)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Reader_Day, p95_of_20, "bench_wait_seconds", Reduction::P95)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace discern::history
