// Functions of the C++ runtime that this program has in its own form, for itself and every plugin
// it loads: operator new, which counts, and the throwing of exceptions, which remembers where; and
// of the C library, what ends the process: a plugin that calls it is named, as for a crash.
//
// Part of the program, not of a library: whoever links it decides for the whole process. Sanitizers
// have these functions for themselves, so it is left out of sanitized programs.

#include <dlfcn.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <new>

#include "plugin/crash_guard.hpp"
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

// The program's own calls, and those of children that a plugin made, go on as without this.
namespace {

// Another thread is in the middle of something: no destructors. What a plugin ends is started again
// by a supervisor only when it did not end well.
[[noreturn]] void end_process(int code) {
  ::syscall(SYS_exit_group, code);
  __builtin_unreachable();
}

[[noreturn]] void end_by_plugin(const char* what, int code, const void* caller) {
  discern::plugin::report_end(what, static_cast<std::uint64_t>(code & 0xff), caller);
  end_process(code == 0 ? 1 : code);
}

using Exit = void (*)(int);

template <class Function>
Function next_of(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

bool means_us(pid_t process) {
  return process == ::getpid() || process == 0 || process == -1 || process == -::getpgrp();
}

// Reports what will not come by a handler of ours; 0 when the call is done.
int signal_by_plugin(pid_t process, int signal, const void* caller) {
  using discern::plugin::kNoNumber;
  using discern::plugin::report_end;
  const char* name = discern::plugin::name_of_fatal(signal);
  if (name == nullptr || signal == SIGABRT) return -1;
  if (signal == SIGKILL || signal == SIGTERM || signal == SIGINT) {
    report_end(name, kNoNumber, caller);
    return static_cast<int>(::syscall(SYS_kill, process, signal));
  }
  // To the thread that asks for it: the handler says whose it is.
  return static_cast<int>(
      ::syscall(SYS_tgkill, ::getpid(), static_cast<pid_t>(::syscall(SYS_gettid)), signal));
}

}  // namespace

extern "C" {

[[noreturn]] void exit(int code) noexcept {
  const void* caller = __builtin_return_address(0);
  if (discern::plugin::is_plugin_calling(caller)) end_by_plugin("exit", code, caller);
  next_of<Exit>("exit")(code);
  end_process(code);
}

[[noreturn]] void quick_exit(int code) noexcept {
  const void* caller = __builtin_return_address(0);
  if (discern::plugin::is_plugin_calling(caller)) end_by_plugin("quick_exit", code, caller);
  next_of<Exit>("quick_exit")(code);
  end_process(code);
}

[[noreturn]] void _exit(int code) {
  const void* caller = __builtin_return_address(0);
  if (discern::plugin::is_plugin_calling(caller)) end_by_plugin("_exit", code, caller);
  end_process(code);
}

[[noreturn]] void _Exit(int code) noexcept {
  const void* caller = __builtin_return_address(0);
  if (discern::plugin::is_plugin_calling(caller)) end_by_plugin("_Exit", code, caller);
  end_process(code);
}

int kill(pid_t process, int signal) noexcept {
  const void* caller = __builtin_return_address(0);
  if (means_us(process) && discern::plugin::is_plugin_calling(caller)) {
    if (const int done = signal_by_plugin(process, signal, caller); done == 0) return 0;
  }
  return static_cast<int>(::syscall(SYS_kill, process, signal));
}

int raise(int signal) noexcept {
  const void* caller = __builtin_return_address(0);
  if (discern::plugin::is_plugin_calling(caller)) {
    // A thread of a plugin has the signals blocked that stop the program.
    if (const int done = signal_by_plugin(::getpid(), signal, caller); done == 0) return 0;
  }
  using Raise = int (*)(int);
  static const auto next = next_of<Raise>("raise");
  return next(signal);
}

}  // extern "C"
