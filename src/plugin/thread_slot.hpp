#pragma once

// What a plugin's thread is doing, where signal handlers, operator new and the throwing of
// exceptions can read it: plain memory, written by that thread alone.

#include <atomic>
#include <cstdint>
#include <string_view>

#include "plugin/call_stack.hpp"

namespace discern::plugin {

struct ThreadSlot {
  char plugin[40] = {};
  char handler[88] = {};  // "command nap", empty between two handlers.

  // Of operator new on this thread; never what was given back. Any thread may read them.
  std::atomic<std::uint64_t> allocated_bytes{0};
  std::atomic<std::uint64_t> allocations{0};
  // Where the newest exception was thrown; size 0: none since the handler began.
  CallStack thrown;

  // Control characters become '?'.
  void set_plugin(std::string_view id) noexcept;
  void set_handler(std::string_view kind, std::string_view name) noexcept;
};

// The calling thread's slot; null on threads that are no plugin's own. `constinit` and trivial, so
// that reading it in a signal handler or inside of operator new is one load.
extern constinit thread_local ThreadSlot* current_slot;

// Whether this program counts operator new and remembers where exceptions were thrown: it is linked
// with process_hooks.cpp, and no sanitizer has these functions for itself.
bool has_process_hooks() noexcept;
// Called by process_hooks.cpp.
void note_process_hooks() noexcept;

}  // namespace discern::plugin
