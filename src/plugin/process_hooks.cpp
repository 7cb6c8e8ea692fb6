// Functions of the C++ runtime that this program has in its own form, for itself and every plugin
// it loads: operator new, which counts, and the throwing of exceptions, which remembers where.
//
// Part of the program, not of a library: whoever links it decides for the whole process. Sanitizers
// have these functions for themselves, so it is left out of sanitized programs.

#include <dlfcn.h>

#include <cstdlib>
#include <new>

#include "plugin/thread_slot.hpp"

namespace {

using discern::plugin::current_slot;
using discern::plugin::ThreadSlot;

// One writer, the thread itself: no locked instruction.
void count(std::size_t size) noexcept {
  ThreadSlot* slot = current_slot;
  if (slot == nullptr) return;
  constexpr auto relaxed = std::memory_order_relaxed;
  slot->allocated_bytes.store(slot->allocated_bytes.load(relaxed) + size, relaxed);
  slot->allocations.store(slot->allocations.load(relaxed) + 1, relaxed);
}

// As the standard wants it: ask the new-handler until it gives up.
template <class Allocate>
void* allocate(std::size_t size, Allocate&& allocate_once) {
  count(size);
  for (;;) {
    if (void* memory = allocate_once(size == 0 ? 1 : size); memory != nullptr) return memory;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

[[maybe_unused]] const bool kNoted = [] {
  discern::plugin::note_process_hooks();
  return true;
}();

}  // namespace

// The array and nothrow forms of the library call these two.
void* operator new(std::size_t size) {
  return allocate(size, [](std::size_t n) { return std::malloc(n); });
}

void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto to = static_cast<std::size_t>(alignment);
  return allocate(size, [to](std::size_t n) {
    // aligned_alloc wants a multiple of the alignment.
    return n > SIZE_MAX - to ? nullptr : std::aligned_alloc(to, (n + to - 1) / to * to);
  });
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

// As the compiler declares it by itself, with a std::type_info* in the middle.
extern "C" [[noreturn]] void __cxa_throw(void* thrown, void* type, void (*destroy)(void*)) {
  using Throw = void (*)(void*, void*, void (*)(void*));
  static const auto next = reinterpret_cast<Throw>(::dlsym(RTLD_NEXT, "__cxa_throw"));
  // By the time somebody catches it, the frames are gone.
  if (ThreadSlot* slot = current_slot; slot != nullptr) {
    discern::plugin::collect(slot->thrown, nullptr);
  }
  next(thrown, type, destroy);
  std::abort();
}
