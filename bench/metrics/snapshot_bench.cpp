// Taking a snapshot, and the kinds that are not on the hottest path.

#include <barrier>
#include <string>
#include <thread>

#include "bench/metrics/rivals.hpp"
#include "metrics/registry.hpp"

namespace discern::bench {
namespace {

using metrics::Descriptor;
using metrics::Kind;

constexpr Descriptor kUses{
    .name = "bench_uses_total", .help = "Uses.", .labels = {"command"}, .max_series = 200'000};
constexpr Descriptor kWait{.name = "bench_wait_seconds",
                           .help = "Wait.",
                           .kind = Kind::Histogram,
                           .unit = metrics::Unit::Seconds,
                           .labels = {"queue"}};
constexpr Descriptor kUsers{.name = "bench_users", .help = "Users.", .kind = Kind::Distinct};
constexpr Descriptor kGuilds{
    .name = "bench_guilds", .help = "Guilds.", .kind = Kind::TopK, .labels = {"guild"}};

// As in a host: several threads have counted, and each has a slab.
constexpr int kThreads = 8;

void fill(metrics::Registry& registry, std::int64_t series) {
  std::vector<std::thread> threads;
  // All at once: one that comes after another ended would take over its slab.
  std::barrier all_here(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      auto& uses = registry.counters(kUses);
      uses.with("command_0").add();
      all_here.arrive_and_wait();
      for (std::int64_t i = 0; i < series; ++i) uses.with("command_" + std::to_string(i)).add(7);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void snapshot(benchmark::State& state) {
  metrics::Registry registry{SystemTime{}};
  fill(registry, state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(registry.snapshot({}, {}));
}

void snapshot_histograms(benchmark::State& state) {
  metrics::Registry registry{SystemTime{}};
  auto& wait = registry.histograms(kWait);
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const metrics::Histogram one = wait.with("queue_" + std::to_string(i));
    for (double value = 0.0001; value < 10; value *= 1.07) one.observe(value);
  }
  for (auto _ : state) benchmark::DoNotOptimize(registry.snapshot({}, {}));
}

void distinct(benchmark::State& state) {
  metrics::Registry registry{SystemTime{}};
  const metrics::Distinct users = registry.distincts(kUsers).with();
  std::uint64_t id = 0;
  for (auto _ : state) users.add(id++ & 0xFFFF);
}

void topk(benchmark::State& state) {
  metrics::Registry registry{SystemTime{}};
  const metrics::TopK guilds = registry.topks(kGuilds).with();
  std::uint64_t id = 0;
  for (auto _ : state) guilds.add_id(175928847299117063ull + (id++ & 63));
}

BENCHMARK(snapshot)->Name("snapshot/ours")->Arg(10'000)->Arg(100'000)->UseRealTime();
BENCHMARK(snapshot_histograms)->Name("snapshot_histograms/ours")->Arg(1000)->UseRealTime();
BENCHMARK(distinct)->Name("distinct/ours")->UseRealTime();
BENCHMARK(topk)->Name("topk/ours")->UseRealTime();

}  // namespace
}  // namespace discern::bench
