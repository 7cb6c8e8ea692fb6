#pragma once

// Counts every allocation of the program. Include it in one file of a program only.

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace discern::testing_support {
inline std::atomic<std::uint64_t> allocations{0};
}

// Not inlined, or the compiler sees malloc and free where it expects new and delete.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++discern::testing_support::allocations;
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
