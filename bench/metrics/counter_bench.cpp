// An increment through a handle, in the host.

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include "bench/metrics/rivals.hpp"
#include "metrics/registry.hpp"

namespace discern::bench {

constinit thread_local std::uint64_t* bare_cells = nullptr;

void ensure_bare_cells() {
  if (bare_cells == nullptr) bare_cells = new std::uint64_t[kBareCells]();
}

namespace {

constexpr metrics::Descriptor kJobs{
    .name = "bench_jobs_total", .help = "Jobs.", .labels = {"kind"}};

// Calls `add` with each of the counters in turn; an item is one increment.
template <class Counters, class Add>
void run(benchmark::State& state, Counters& counters, Add add) {
  while (state.KeepRunningBatch(kCounters)) {
    for (auto& counter : counters) {
      add(counter);
      benchmark::ClobberMemory();
    }
  }
}

void ours(benchmark::State& state) {
  static metrics::Registry registry{SystemTime{}};
  static const auto jobs = [] {
    std::array<metrics::Counter, kCounters> made;
    for (std::size_t i = 0; i < kCounters; ++i) made[i] = registry.counter(kJobs, kCounterNames[i]);
    return made;
  }();
  run(state, jobs, [](const metrics::Counter& counter) { counter.add(); });
}

void bare_slab(benchmark::State& state) {
  ensure_bare_cells();
  // A handle knows its slot at run time, so this must too.
  static std::array<std::uint32_t, kCounters> slots{64, 65, 66, 67, 68, 69, 70, 71};
  benchmark::DoNotOptimize(slots);
  run(state, slots, [](std::uint32_t slot) { bare_add(slot, 1); });
}

void shared_atomic(benchmark::State& state) {
  static std::array<std::atomic<std::uint64_t>, kCounters> counts{};
  run(state, counts, [](auto& count) { count.fetch_add(1, std::memory_order_relaxed); });
}

void mutex_map(benchmark::State& state) {
  static MutexMap map;
  run(state, kCounterNames, [](std::string_view name) { map.add(name); });
}

void prometheus_cpp(benchmark::State& state) {
  static prometheus::Registry registry;
  static auto& family = prometheus::BuildCounter().Name("bench_jobs_total").Register(registry);
  static const auto jobs = [] {
    std::array<prometheus::Counter*, kCounters> made;
    for (std::size_t i = 0; i < kCounters; ++i) {
      made[i] = &family.Add({{"kind", std::string(kCounterNames[i])}});
    }
    return made;
  }();
  run(state, jobs, [](prometheus::Counter* counter) { counter->Increment(); });
}

BENCHMARK(ours)->Name("increment/ours")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(bare_slab)->Name("increment/bare")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(shared_atomic)->Name("increment/naive_atomic")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(mutex_map)->Name("increment/naive_mutex_map")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(prometheus_cpp)->Name("increment/prometheus_cpp")->ThreadRange(1, 2)->UseRealTime();

}  // namespace
}  // namespace discern::bench
