#pragma once

// Where a thread is: return addresses, collected where nothing may be allocated or locked, and
// made readable later on another thread.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace discern::plugin {

struct CallStack {
  static constexpr std::uint32_t kMost = 32;
  std::array<std::uintptr_t, kMost> frames{};  // Innermost first.
  std::uint32_t size = 0;
};

// Makes what `collect` uses ready; call once before the first signal can come.
void prepare_call_stacks() noexcept;

// The calling thread's stack; in a signal handler, from the interrupted instruction on: `context`
// is the handler's third argument, null elsewhere. Async-signal-safe: the unwinder reads tables
// that the loader keeps free of locks (_dl_find_object, glibc 2.35). Frame pointers alone would not
// do: the C library keeps none, and whoever waits, waits inside of it, so that the innermost
// frames, the handler itself, would be missing.
void collect(CallStack& into, const void* context) noexcept;

// Where the thread was, and its stack pointer, from a signal handler's third argument; 0 for null.
std::uintptr_t interrupted_at(const void* context) noexcept;
std::uintptr_t stack_pointer(const void* context) noexcept;

// The shared library a code address lies in; the texts live as long as it is loaded.
// Async-signal-safe.
struct Module {
  const char* path = nullptr;  // Empty: the program.
  std::uintptr_t address = 0;  // Within the file.
};
bool find_module(std::uintptr_t code, Module& found) noexcept;

// What a linker's name stands for: "_ZN7Sleeper3napEv" is "Sleeper::nap()". Others as they are.
std::string readable(const char* symbol);

// The same for a person who reads a stack: cut when it is very long, empty when it stays mangled.
std::string short_name(const char* symbol);

// "sleeper.so Sleeper::nap()+0x1f (sleeper.cpp:42)" for each frame, without what is not known.
// Reads the libraries' files. Contract: what the frames lie in is still loaded.
std::vector<std::string> describe(const CallStack& stack);

}  // namespace discern::plugin
