#pragma once

// What every bench here compares with: the bare limit of the method, and what one would write
// first.

#include <benchmark/benchmark.h>

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace discern::bench {

// Increments go over eight counters in turn. One and the same in a tight loop would measure how
// well the processor forwards a store to the next load, which differs from loop to loop and happens
// in no program.
inline constexpr std::size_t kCounters = 8;
inline constexpr std::array<std::string_view, kCounters> kCounterNames = {
    "a", "b", "c", "d", "e", "f", "g", "h"};

// The least a thread-private counter can cost: one thread-local pointer, a relaxed load, an add and
// a relaxed store. No handle can be cheaper while a reader may look at any moment.
inline constexpr std::size_t kBareCells = 4096;
extern constinit thread_local std::uint64_t* bare_cells;

// Gives the calling thread its cells. Never freed, like the real ones.
void ensure_bare_cells();

inline void bare_add(std::size_t slot, std::uint64_t n) {
  std::atomic_ref cell(bare_cells[slot]);
  cell.store(cell.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}
inline void bare_add_double(std::size_t slot, double n) {
  std::atomic_ref cell(bare_cells[slot]);
  const double old = std::bit_cast<double>(cell.load(std::memory_order_relaxed));
  cell.store(std::bit_cast<std::uint64_t>(old + n), std::memory_order_relaxed);
}

// What one writes first: a map behind a mutex.
struct MutexMap {
  std::mutex mutex;
  std::unordered_map<std::string, std::uint64_t> counts;
  void add(std::string_view name) {
    const std::lock_guard lock(mutex);
    ++counts[std::string(name)];
  }
};

// The 100 commands of the look-up benches, in an order that a branch predictor cannot learn.
inline const std::vector<std::string>& known_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (int i = 0; i < 100; ++i) names.push_back("command_" + std::to_string(i * 7919 % 1000));
    return names;
  }();
  return kNames;
}
class NameSequence {
 public:
  NameSequence() {
    std::uint32_t x = 1;
    for (const std::string*& name : names_) {
      x = x * 1664525u + 1013904223u;
      name = &known_names()[(x >> 8) % known_names().size()];
    }
  }
  const std::string& next() { return *names_[at_++ % names_.size()]; }

 private:
  std::array<const std::string*, 1024> names_;
  std::size_t at_ = 0;
};

}  // namespace discern::bench
