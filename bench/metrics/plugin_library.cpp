// The other half of plugin_bench.cpp: code in a library that is opened at run time. Each function
// counts once in each of eight cells, in another way; all are called many times.

#include <cstdint>

#include "metrics/instruments.hpp"

// As in a plugin of its own: the library's thread-local, in the model that dlopen always allows.
__attribute__((tls_model("global-dynamic"))) thread_local std::uint64_t* own_slab = nullptr;

namespace {

constexpr int kRounds = 125;

template <class Count>
void run(const std::uint32_t (&slots)[8], Count count) {
  for (int round = 0; round < kRounds; ++round) {
    for (const std::uint32_t slot : slots) {
      count(slot);
      asm volatile("" ::: "memory");
    }
  }
}

void add_one(std::uint64_t& cell) {
  std::atomic_ref ref(cell);
  ref.store(ref.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) void plugin_ours(const std::uint32_t (&slots)[8]) {
  run(slots, [](std::uint32_t slot) { discern::metrics::Counter(slot).add(); });
}

// The calling thread must have counted before.
__attribute__((visibility("default"))) void plugin_bare(const std::uint32_t (&slots)[8]) {
  run(slots, [](std::uint32_t slot) { add_one(discern_thread_slab[slot]); });
}

__attribute__((visibility("default"))) void plugin_general_dynamic(
    const std::uint32_t (&slots)[8]) {
  static thread_local std::uint64_t cells[1 << 16];
  own_slab = cells;
  run(slots, [](std::uint32_t slot) { add_one(own_slab[slot & 0xFFFF]); });
}
}
