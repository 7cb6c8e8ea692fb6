// One observation of a histogram with its sum, and a timer around a handler.

#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <cmath>

#include "bench/metrics/rivals.hpp"
#include "metrics/registry.hpp"
#include "metrics/stopwatch.hpp"

namespace discern::bench {
namespace {

constexpr metrics::Descriptor kWait{.name = "bench_wait_seconds",
                                    .help = "Wait.",
                                    .kind = metrics::Kind::Histogram,
                                    .unit = metrics::Unit::Seconds};

// Durations of a bot's handlers: spread over three decades, in an order nobody can predict.
class Durations {
 public:
  Durations() {
    std::uint64_t x = 88172645463325252ull;
    for (double& value : values_) {
      x ^= x << 13;
      x ^= x >> 7;
      x ^= x << 17;
      value = 1e-4 * std::exp2(static_cast<double>(x >> 40) / (1 << 24) * 10);
    }
  }
  double next() { return values_[at_++ % values_.size()]; }

 private:
  std::array<double, 1024> values_;
  std::size_t at_ = 0;
};

metrics::Histogram our_histogram() {
  static metrics::Registry registry{SystemTime{}};
  static const metrics::Histogram wait = registry.histogram(kWait);
  return wait;
}

void ours(benchmark::State& state) {
  static const metrics::Histogram wait = our_histogram();
  Durations durations;
  for (auto _ : state) {
    wait.observe(durations.next());
    benchmark::ClobberMemory();
  }
}

// Dense buckets in the thread's own cells: the index is the same, the room is 512 cells a
// histogram.
void bare(benchmark::State& state) {
  ensure_bare_cells();
  Durations durations;
  for (auto _ : state) {
    const double value = durations.next();
    metrics::BucketPosition at;
    if (metrics::find_bucket(value, at)) bare_add(128 + at.octave * 8 + at.step, 1);
    bare_add_double(64, value);
    benchmark::ClobberMemory();
  }
}

void shared_atomics(benchmark::State& state) {
  static std::array<std::atomic<std::uint64_t>, 512> counts{};
  static std::atomic<double> sum{0};
  Durations durations;
  for (auto _ : state) {
    const double value = durations.next();
    metrics::BucketPosition at;
    if (metrics::find_bucket(value, at)) {
      counts[at.octave * 8 + at.step].fetch_add(1, std::memory_order_relaxed);
    }
    sum.fetch_add(value, std::memory_order_relaxed);
  }
}

void prometheus_cpp(benchmark::State& state) {
  static prometheus::Registry registry;
  static auto& wait = prometheus::BuildHistogram()
                          .Name("bench_wait_seconds")
                          .Register(registry)
                          .Add({},
                               prometheus::Histogram::BucketBoundaries{
                                   .005, .01, .025, .05, .075, .1, .25, .5, .75, 1.0, 2.5, 5.0});
  Durations durations;
  for (auto _ : state) wait.Observe(durations.next());
}

void timer_ours(benchmark::State& state) {
  static const metrics::Histogram wait = our_histogram();
  for (auto _ : state) {
    const metrics::ScopedTimer timer(wait);
    benchmark::ClobberMemory();
  }
}

#if defined(__x86_64__)
// Two reads of the counter and the observation: nothing that measures can be cheaper here.
void timer_bare(benchmark::State& state) {
  ensure_bare_cells();
  for (auto _ : state) {
    const std::uint64_t start = __rdtsc();
    benchmark::ClobberMemory();
    const double value = static_cast<double>(__rdtsc() - start) * 0.4e-9;
    metrics::BucketPosition at;
    if (metrics::find_bucket(value, at)) bare_add(128 + at.octave * 8 + at.step, 1);
    bare_add_double(64, value);
  }
}
BENCHMARK(timer_bare)->Name("timer/bare")->UseRealTime();
#endif

void timer_steady_clock(benchmark::State& state) {
  static const metrics::Histogram wait = our_histogram();
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    benchmark::ClobberMemory();
    wait.observe(std::chrono::steady_clock::now() - start);
  }
}

void timer_prometheus_cpp(benchmark::State& state) {
  static prometheus::Registry registry;
  static auto& wait = prometheus::BuildHistogram()
                          .Name("bench_timer_seconds")
                          .Register(registry)
                          .Add({}, prometheus::Histogram::BucketBoundaries{.005, .05, .5, 5.0});
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    benchmark::ClobberMemory();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    wait.Observe(took.count());
  }
}

BENCHMARK(ours)->Name("observe/ours")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(bare)->Name("observe/bare")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(shared_atomics)->Name("observe/naive_atomic")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(prometheus_cpp)->Name("observe/prometheus_cpp")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(timer_ours)->Name("timer/ours")->UseRealTime();
BENCHMARK(timer_steady_clock)->Name("timer/naive_steady_clock")->UseRealTime();
BENCHMARK(timer_prometheus_cpp)->Name("timer/prometheus_cpp")->UseRealTime();

}  // namespace
}  // namespace discern::bench
