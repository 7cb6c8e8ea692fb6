#pragma once

// Thread-private cells: where every counter and histogram really counts.
//
// Each thread that counts owns one slab, a large reservation of address space of which only touched
// pages cost memory. A cell has one writer, its thread, so an increment is a relaxed load, an add
// and a relaxed store: no lock, no shared cache line. A reader sums the same cell over all slabs.
//
// A slab outlives its thread and is handed to the next new one, which counts on where the old one
// stopped. So no count is ever moved, and none can be lost or doubled when a thread ends.
//
// This is the one piece of process-wide mutable state of the program. Slot numbers are given out
// process-wide, so that two Registries never share a cell.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

// The calling thread's slab, or null before its first count. Exported by the executable so that
// plugins reach it with the initial-exec model: a plugin with thread-locals of its own would use up
// the static TLS block after some 27 plugins. `constinit` spares every access the check for a
// dynamic initialiser.
//
// Code that reads it must not be suspended on one thread and resumed on another in between; each
// loop of the host runs on one thread, so no coroutine does that.
extern "C" __attribute__((
    visibility("default"),
    tls_model("initial-exec"))) constinit thread_local std::uint64_t* discern_thread_slab;

namespace discern::metrics {

// Cells with fixed slots, then cells that a thread hands out to its histograms' octaves.
inline constexpr std::uint32_t kSlots = 1u << 21;
inline constexpr std::uint32_t kDynamicCells = 1u << 21;
// A handle made without a registry counts here, and nobody reads it.
inline constexpr std::uint32_t kNoSlot = 0;
inline constexpr std::uint32_t kSinkSlots = 40;  // From kNoSlot on; as wide as a histogram.

namespace slab {

// Gives the calling thread its slab. Slow path of the first count. Where none can be had (address
// space exhausted, or the thread is being torn down), returns null: that count goes to add_shared.
// Not for signal handlers, nor is any counting: a handler that interrupts an increment of the same
// cell would lose one.
std::uint64_t* acquire() noexcept;

// The first count of a thread: with a slab of its own from now on, or by add_shared.
[[gnu::cold]] void add_first(std::uint32_t slot, std::uint64_t n) noexcept;

// Counts without a slab, by locked adds to cells that are summed like any other slab's.
void add_shared(std::uint32_t slot, std::uint64_t n) noexcept;

// The slab that add_shared counts in; the caller of `use` holds it alone meanwhile. Null when there
// is no memory for it.
void with_shared(const std::function<void(std::uint64_t*)>& use) noexcept;

// Cells [first, first + count) for the caller, zero in every slab; ranges of 8 and more begin on a
// cache line. Returns kNoSlot when exhausted: the registry then folds into `other`.
std::uint32_t allocate(std::uint32_t count);
// Gives cells back. Contract: no handle to them counts any more.
void release(std::uint32_t first, std::uint32_t count);

// Takes `cells` (a multiple of 8) from the calling thread's dynamic part; 0 when exhausted. They
// are never given back: 64 bytes for each octave in which a thread ever saw a value of a histogram.
std::uint32_t take_dynamic(std::uint64_t* own_slab, std::uint32_t cells) noexcept;

// A copy of one thread's slab at one instant, to be read in place of the live one.
struct Latch {
  const std::uint64_t* slab = nullptr;
  std::vector<std::uint64_t> cells;
  std::vector<std::uint64_t> dynamic;
};
// Copies the calling thread's slab: everything this thread counted before the call is in, nothing
// after it. Cost: 8 bytes a slot in use.
void latch_current_thread(Latch& latch);

// What a reader sees of one slab, live or latched.
struct View {
  const std::uint64_t* cells;
  std::size_t slots;             // A latch knows only the slots that existed when it was taken.
  const std::uint64_t* dynamic;  // Index with (offset - kSlots).
  std::size_t dynamic_cells;
};
// Replaces `views` by those of all slabs; `latch` (may be null) replaces its own slab. Slabs are
// never unmapped, so the views stay good; threads that come later are not seen.
void list_views(const Latch* latch, std::vector<View>& views);

// For the own-cost metrics.
struct Usage {
  std::size_t slabs = 0;
  std::size_t slots = 0;          // Handed out, of kSlots.
  std::size_t dynamic_cells = 0;  // Handed out, over all slabs.
  // The most memory that all cells together can occupy; pages never touched cost nothing.
  std::size_t bytes() const { return (slabs * slots + dynamic_cells) * sizeof(std::uint64_t); }
};
Usage usage();

inline std::uint64_t load(const std::uint64_t& cell) noexcept {
  return std::atomic_ref(const_cast<std::uint64_t&>(cell)).load(std::memory_order_relaxed);
}
// One writer: the thread that owns the slab.
inline void store(std::uint64_t& cell, std::uint64_t value) noexcept {
  std::atomic_ref(cell).store(value, std::memory_order_relaxed);
}

}  // namespace slab
}  // namespace discern::metrics
