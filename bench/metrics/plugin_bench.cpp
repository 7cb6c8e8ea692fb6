// An increment from a library that was opened at run time, as a plugin's code is.

#include <dlfcn.h>

#include <filesystem>
#include <stdexcept>

#include "bench/metrics/rivals.hpp"
#include "metrics/registry.hpp"

namespace discern::bench {
namespace {

constexpr metrics::Descriptor kJobs{
    .name = "bench_plugin_jobs_total", .help = "Jobs.", .labels = {"kind"}};
// As many increments as one call of the library makes.
constexpr std::int64_t kBatch = 1000;

using Slots = std::uint32_t[kCounters];
using Count = void (*)(const Slots&);

Count find_function(const char* name) {
  static void* library = [] {
    const auto self = std::filesystem::read_symlink("/proc/self/exe");
    const auto path = self.parent_path() / "metrics_bench_plugin.so";
    return dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  }();
  void* symbol = library != nullptr ? dlsym(library, name) : nullptr;
  if (symbol == nullptr) throw std::runtime_error(dlerror());
  return reinterpret_cast<Count>(symbol);
}

void run(benchmark::State& state, const char* name) {
  static metrics::Registry registry{SystemTime{}};
  Slots slots;
  for (std::size_t i = 0; i < kCounters; ++i) {
    const metrics::Counter jobs = registry.counter(kJobs, kCounterNames[i]);
    jobs.add();  // Gives this thread its slab.
    slots[i] = jobs.slot();
  }
  const Count count = find_function(name);
  while (state.KeepRunningBatch(kBatch)) count(slots);
}

void ours(benchmark::State& state) {
  run(state, "plugin_ours");
}
void bare(benchmark::State& state) {
  run(state, "plugin_bare");
}
void general_dynamic(benchmark::State& state) {
  run(state, "plugin_general_dynamic");
}

BENCHMARK(ours)->Name("plugin_increment/ours")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(bare)->Name("plugin_increment/bare")->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(general_dynamic)
    ->Name("plugin_increment/naive_general_dynamic")
    ->ThreadRange(1, 2)
    ->UseRealTime();

}  // namespace
}  // namespace discern::bench
