#pragma once

// Names of functions, hidden ones included, read from a library's file.

#include <cstdint>

namespace discern::plugin {

struct ElfSymbol {
  // As the linker knows it. A longer one is cut, and could not be demangled.
  char name[4096] = {};
  std::uintptr_t offset = 0;  // From its beginning.
};

// The function that holds `address` (of the file, without where it was loaded). False when the file
// cannot be read or names none. Async-signal-safe: nothing but system calls.
bool find_symbol(const char* file, std::uintptr_t address, ElfSymbol& found) noexcept;

}  // namespace discern::plugin
