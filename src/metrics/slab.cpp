#include "metrics/slab.hpp"

#include <sys/mman.h>
#include <new>

#include <iterator>
#include <map>
#include <mutex>

constinit thread_local std::uint64_t* discern_thread_slab = nullptr;

namespace discern::metrics::slab {
namespace {

constexpr std::size_t kSlabBytes = (std::size_t{kSlots} + kDynamicCells) * sizeof(std::uint64_t);

// The first cell of the dynamic part holds how many dynamic cells were handed out.
constexpr std::uint32_t kDynamicStart = 8;

struct Process {
  std::mutex mutex;
  std::vector<std::uint64_t*> all;   // Every slab ever made; never unmapped.
  std::vector<std::uint64_t*> free;  // Those without a thread.
  std::uint64_t* shared = nullptr;   // For counts without a slab; written with locked adds.
  std::uint32_t next_slot = kSinkSlots;
  std::map<std::uint32_t, std::uint32_t> released;  // First cell to count; never adjacent.
};

// Never destroyed: threads may still count while static objects are being torn down.
Process& process() {
  static auto* instance = new Process;
  return *instance;
}

std::uint64_t* map_slab() noexcept {
  void* memory = ::mmap(nullptr,
                        kSlabBytes,
                        PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                        -1,
                        0);
  if (memory == MAP_FAILED) return nullptr;
  // A thread that counts three things should cost three pages, not three huge ones.
  ::madvise(memory, kSlabBytes, MADV_NOHUGEPAGE);
  auto* cells = static_cast<std::uint64_t*>(memory);
  cells[kSlots] = kDynamicStart;
  return cells;
}

// Ends with its thread and gives the slab back.
struct Owner {
  ~Owner() {
    if (discern_thread_slab == nullptr) return;
    const std::lock_guard lock(process().mutex);
    process().free.push_back(discern_thread_slab);
    discern_thread_slab = nullptr;
    gone = true;
  }
  static thread_local bool gone;
};
thread_local bool Owner::gone = false;

void zero(std::uint64_t* cells, std::uint32_t first, std::uint32_t count) {
  for (std::uint32_t i = first; i < first + count; ++i) {
    // A store to a page that nobody touched would make it cost memory.
    if (load(cells[i]) != 0) store(cells[i], 0);
  }
}

// Ranges of a cache line or more begin on one, so that no two histograms share a line.
std::uint32_t align(std::uint32_t first, std::uint32_t count) {
  return count >= 8 ? (first + 7) & ~7u : first;
}

// The first released range with room, or kNoSlot.
std::uint32_t take_released(Process& p, std::uint32_t count) {
  for (auto it = p.released.begin(); it != p.released.end(); ++it) {
    const std::uint32_t begin = it->first;
    const std::uint32_t end = begin + it->second;
    const std::uint32_t first = align(begin, count);
    if (first + count > end) continue;
    p.released.erase(it);
    if (first > begin) p.released.emplace(begin, first - begin);
    if (first + count < end) p.released.emplace(first + count, end - first - count);
    return first;
  }
  return kNoSlot;
}

}  // namespace

std::uint64_t* acquire() noexcept {
  if (discern_thread_slab != nullptr) return discern_thread_slab;
  // After the thread's destructors ran there is nobody left to give a slab back.
  if (Owner::gone) return nullptr;
  static thread_local Owner owner;
  (void)owner;
  Process& p = process();
  const std::lock_guard lock(p.mutex);
  if (!p.free.empty()) {
    discern_thread_slab = p.free.back();
    p.free.pop_back();
    return discern_thread_slab;
  }
  try {
    p.all.reserve(p.all.size() + 1);
    p.free.reserve(p.all.size() + 1);  // So that giving back cannot throw.
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  std::uint64_t* cells = map_slab();
  if (cells == nullptr) return nullptr;
  p.all.push_back(cells);
  discern_thread_slab = cells;
  return cells;
}

void add_first(std::uint32_t slot, std::uint64_t n) noexcept {
  std::uint64_t* cells = acquire();
  if (cells == nullptr) return add_shared(slot, n);
  store(cells[slot], load(cells[slot]) + n);
}

void with_shared(const std::function<void(std::uint64_t*)>& use) noexcept {
  Process& p = process();
  const std::lock_guard lock(p.mutex);
  if (p.shared == nullptr) p.shared = map_slab();
  if (p.shared != nullptr) use(p.shared);
}

void add_shared(std::uint32_t slot, std::uint64_t n) noexcept {
  with_shared([&](std::uint64_t* cells) { store(cells[slot], load(cells[slot]) + n); });
}

std::uint32_t allocate(std::uint32_t count) {
  if (count == 0) return kNoSlot;
  Process& p = process();
  const std::lock_guard lock(p.mutex);
  if (const std::uint32_t again = take_released(p, count); again != kNoSlot) return again;
  const std::uint32_t first = align(p.next_slot, count);
  if (count > kSlots || first > kSlots - count) return kNoSlot;
  p.next_slot = first + count;
  return first;
}

void release(std::uint32_t first, std::uint32_t count) {
  if (first == kNoSlot || count == 0) return;
  Process& p = process();
  const std::lock_guard lock(p.mutex);
  for (std::uint64_t* cells : p.all) zero(cells, first, count);
  if (p.shared != nullptr) zero(p.shared, first, count);
  auto next = p.released.lower_bound(first);
  if (next != p.released.end() && next->first == first + count) {
    count += next->second;
    next = p.released.erase(next);
  }
  if (next != p.released.begin()) {
    const auto before = std::prev(next);
    if (before->first + before->second == first) {
      first = before->first;
      count += before->second;
      p.released.erase(before);
    }
  }
  if (first + count == p.next_slot) {
    p.next_slot = first;
  } else {
    p.released.emplace(first, count);
  }
}

std::uint32_t take_dynamic(std::uint64_t* own_slab, std::uint32_t cells) noexcept {
  const std::uint64_t used = load(own_slab[kSlots]);
  if (used + cells > kDynamicCells) return 0;
  store(own_slab[kSlots], used + cells);
  return kSlots + static_cast<std::uint32_t>(used);
}

void latch_current_thread(Latch& latch) {
  latch.slab = acquire();
  if (latch.slab == nullptr) return;
  std::uint32_t slots = 0;
  {
    const std::lock_guard lock(process().mutex);
    slots = process().next_slot;
  }
  // Cell by cell, because other threads may be zeroing cells that they release.
  const auto copy = [](std::vector<std::uint64_t>& to, const std::uint64_t* from, std::size_t n) {
    to.resize(n);
    for (std::size_t i = 0; i < n; ++i) to[i] = load(from[i]);
  };
  copy(latch.cells, latch.slab, slots);
  copy(latch.dynamic, latch.slab + kSlots, load(latch.slab[kSlots]));
}

void list_views(const Latch* latch, std::vector<View>& views) {
  views.clear();
  Process& p = process();
  const std::lock_guard lock(p.mutex);
  for (const std::uint64_t* cells : p.all) {
    if (latch != nullptr && latch->slab == cells) {
      views.push_back(
          {latch->cells.data(), latch->cells.size(), latch->dynamic.data(), latch->dynamic.size()});
    } else {
      views.push_back({cells, kSlots, cells + kSlots, kDynamicCells});
    }
  }
  if (p.shared != nullptr) views.push_back({p.shared, kSlots, p.shared + kSlots, kDynamicCells});
}

Usage usage() {
  Process& p = process();
  const std::lock_guard lock(p.mutex);
  Usage usage{p.all.size(), p.next_slot, 0};
  for (const std::uint64_t* cells : p.all) usage.dynamic_cells += load(cells[kSlots]);
  return usage;
}

}  // namespace discern::metrics::slab
