#pragma once

// Counts every allocation of the program. Include it in one file of a program only.

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace discern::testing_support {
inline std::atomic<std::uint64_t> allocations{0};
// How many more succeed; the next one throws, once. Negative: all succeed.
inline std::atomic<std::int64_t> until_refusal{-1};
inline bool is_refused() {
  return until_refusal.load(std::memory_order_relaxed) >= 0 && until_refusal.fetch_sub(1) == 0;
}
}  // namespace discern::testing_support

// Not inlined, or the compiler sees malloc and free where it expects new and delete.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++discern::testing_support::allocations;
  if (discern::testing_support::is_refused()) throw std::bad_alloc();
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
// What a library asks for in this form comes back to the delete below; a sanitizer compares.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++discern::testing_support::allocations;
  return std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
