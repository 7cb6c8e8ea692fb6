#include "metrics/slab.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

thread_local std::uint64_t* discern_thread_slab = nullptr;

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
  std::uint32_t next_slot = 8;       // Slots 0 to 7: the sink of empty handles.
  std::map<std::uint32_t, std::vector<std::uint32_t>> released;  // By count of cells.
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

void zero_in_every_slab(Process& p, std::uint32_t first, std::uint32_t count) {
  for (std::uint64_t* cells : p.all) {
    for (std::uint32_t i = 0; i < count; ++i) store(cells[first + i], 0);
  }
  if (p.shared != nullptr) {
    for (std::uint32_t i = 0; i < count; ++i) store(p.shared[first + i], 0);
  }
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
  std::uint64_t* cells = map_slab();
  if (cells == nullptr) return nullptr;
  p.all.push_back(cells);
  p.free.reserve(p.all.size());  // So that giving back cannot throw.
  discern_thread_slab = cells;
  return cells;
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
  Process& p = process();
  const std::lock_guard lock(p.mutex);
  auto& again = p.released[count];
  if (!again.empty()) {
    const std::uint32_t first = again.back();
    again.pop_back();
    return first;
  }
  // Ranges of a cache line or more begin on one, so that no two histograms share a line.
  std::uint32_t first = p.next_slot;
  if (count >= 8) first = (first + 7) & ~7u;
  if (first + count > kSlots) return kNoSlot;
  p.next_slot = first + count;
  return first;
}

void release(std::uint32_t first, std::uint32_t count) {
  if (first == kNoSlot) return;
  Process& p = process();
  const std::lock_guard lock(p.mutex);
  zero_in_every_slab(p, first, count);
  p.released[count].push_back(first);
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
  latch.cells.assign(latch.slab, latch.slab + slots);
  const std::uint64_t dynamic = load(latch.slab[kSlots]);
  latch.dynamic.assign(latch.slab + kSlots, latch.slab + kSlots + dynamic);
}

void with_views(const Latch* latch, const std::function<void(const std::vector<View>&)>& read) {
  Process& p = process();
  std::vector<View> views;
  {
    const std::lock_guard lock(p.mutex);
    views.reserve(p.all.size() + 1);
    for (const std::uint64_t* cells : p.all) {
      if (latch != nullptr && latch->slab == cells) {
        views.push_back({latch->cells.data(),
                         latch->cells.size(),
                         latch->dynamic.data(),
                         latch->dynamic.size()});
      } else {
        views.push_back({cells, kSlots, cells + kSlots, kDynamicCells});
      }
    }
    if (p.shared != nullptr) views.push_back({p.shared, kSlots, p.shared + kSlots, kDynamicCells});
  }
  read(views);
}

Usage usage() {
  const std::lock_guard lock(process().mutex);
  return {process().all.size(), process().next_slot};
}

}  // namespace discern::metrics::slab
