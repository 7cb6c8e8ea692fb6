// An increment by name and one label, 100 known values.

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include "bench/metrics/rivals.hpp"
#include "metrics/name_index.hpp"
#include "metrics/registry.hpp"

namespace discern::bench {
namespace {

constexpr metrics::Descriptor kUses{
    .name = "bench_uses_total", .help = "Uses.", .labels = {"command"}};

// The least a look-up by name can cost: hash, probe an immutable table, compare, count.
class BareIndex {
 public:
  BareIndex() {
    auto* table = new std::vector<Entry>(256);
    std::uint32_t slot = 64;
    for (const std::string& name : known_names()) {
      std::size_t i = metrics::hash_key(name) & 255;
      while (!(*table)[i].name.empty()) i = (i + 1) & 255;
      (*table)[i] = {metrics::hash_key(name), name, slot++};
    }
    table_.store(table, std::memory_order_release);
  }
  std::uint32_t find(std::string_view name) const {
    const std::vector<Entry>& table = *table_.load(std::memory_order_acquire);
    const std::uint64_t hash = metrics::hash_key(name);
    for (std::size_t i = hash & 255;; i = (i + 1) & 255) {
      if (table[i].hash == hash && table[i].name == name) return table[i].slot;
      if (table[i].name.empty()) return 0;
    }
  }

 private:
  struct Entry {
    std::uint64_t hash = 0;
    std::string_view name;
    std::uint32_t slot = 0;
  };
  std::atomic<const std::vector<Entry>*> table_{nullptr};
};

void ours(benchmark::State& state) {
  static metrics::Registry registry{SystemTime{}};
  static metrics::Family<metrics::Counter>& uses = registry.counters(kUses);
  for (const std::string& name : known_names()) uses.with(name);
  NameSequence names;
  for (auto _ : state) uses.with(names.next()).add();
}

void bare(benchmark::State& state) {
  ensure_bare_cells();
  static BareIndex index;
  NameSequence names;
  for (auto _ : state) bare_add(index.find(names.next()), 1);
}

void mutex_map(benchmark::State& state) {
  static MutexMap map;
  NameSequence names;
  for (auto _ : state) map.add(names.next());
}

void prometheus_cpp(benchmark::State& state) {
  static prometheus::Registry registry;
  static auto& uses = prometheus::BuildCounter().Name("bench_uses_total").Register(registry);
  NameSequence names;
  for (auto _ : state) uses.Add({{"command", names.next()}}).Increment();
}

BENCHMARK(ours)->Name("by_name/ours")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(bare)->Name("by_name/bare")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(mutex_map)->Name("by_name/naive_mutex_map")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(prometheus_cpp)->Name("by_name/prometheus_cpp")->ThreadRange(1, 2)->UseRealTime();

}  // namespace
}  // namespace discern::bench
