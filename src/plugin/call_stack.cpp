#include "plugin/call_stack.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>
#include <ucontext.h>
#include <unwind.h>

#include <cstdlib>
#include <memory>
#include <string_view>

#include "plugin/elf_symbols.hpp"
#include "plugin/source_lines.hpp"

namespace discern::plugin {
namespace {

struct Walk {
  CallStack& into;
  std::uintptr_t from;  // Frames before this one are the signal handler's; 0: none are.
};

_Unwind_Reason_Code take_frame(_Unwind_Context* unwind, void* argument) {
  Walk& walk = *static_cast<Walk*>(argument);
  const std::uintptr_t at = ::_Unwind_GetIP(unwind);
  if (at == 0) return _URC_END_OF_STACK;
  if (walk.from != 0) {
    if (at != walk.from) return _URC_NO_REASON;
    walk.from = 0;
  }
  walk.into.frames[walk.into.size++] = at;
  return walk.into.size < CallStack::kMost ? _URC_NO_REASON : _URC_END_OF_STACK;
}

}  // namespace

std::uintptr_t interrupted_at(const void* context) noexcept {
  if (context == nullptr) return 0;
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return machine.pc;
#elif defined(__riscv)
  return machine.__gregs[REG_PC];
#else
#error "add this machine's program counter"
#endif
}

std::uintptr_t stack_pointer(const void* context) noexcept {
  if (context == nullptr) return 0;
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(machine.gregs[REG_RSP]);
#elif defined(__aarch64__)
  return machine.sp;
#elif defined(__riscv)
  return machine.__gregs[REG_SP];
#else
#error "add this machine's stack pointer"
#endif
}

std::string readable(const char* symbol) {
  int status = 0;
  char* name = abi::__cxa_demangle(symbol, nullptr, nullptr, &status);
  std::string text = name != nullptr ? name : symbol;
  std::free(name);
  return text;
}

std::string short_name(const char* symbol) {
  constexpr std::size_t kMostShown = 300;
  std::string name = readable(symbol);
  // The linker's name was too long to be kept whole.
  if (name.size() > kMostShown && name.starts_with("_Z")) return {};
  if (name.size() > kMostShown) name = name.substr(0, kMostShown - 3) + "...";
  return name;
}

void prepare_call_stacks() noexcept {
  // Its first call loads libgcc and initialises its tables.
  CallStack unused;
  collect(unused, nullptr);
}

void collect(CallStack& into, const void* context) noexcept {
  into.size = 0;
  Walk walk{into, interrupted_at(context)};
  ::_Unwind_Backtrace(take_frame, &walk);
  if (into.size == 0 && walk.from != 0) into.frames[into.size++] = walk.from;
}

bool find_module(std::uintptr_t code, Module& found) noexcept {
  dl_find_object object{};
  if (::_dl_find_object(reinterpret_cast<void*>(code), &object) != 0) return false;
  const link_map* map = object.dlfo_link_map;
  if (map == nullptr) return false;
  found.path = map->l_name != nullptr ? map->l_name : "";
  found.address = code - map->l_addr;
  return true;
}

std::vector<std::string> describe(const CallStack& stack) {
  std::vector<std::string> lines;
  SourceLines source;
  for (std::uint32_t i = 0; i < stack.size; ++i) {
    // A return address may already belong to the next function; the call is before it.
    const std::uintptr_t at = i == 0 ? stack.frames[0] : stack.frames[i] - 1;
    Module module;
    if (!find_module(at, module)) {
      lines.push_back(fmt::format("{:#x}", stack.frames[i]));
      continue;
    }
    const std::string_view path = module.path;
    const std::string_view name =
        path.empty() ? std::string_view("discern") : path.substr(path.rfind('/') + 1);
    const auto symbol = std::make_unique<ElfSymbol>();
    std::string function;
    if (find_symbol(path.empty() ? "/proc/self/exe" : module.path, module.address, *symbol)) {
      function = short_name(symbol->name);
    }
    std::string line = function.empty()
                           ? fmt::format("{}+{:#x}", name, module.address)
                           : fmt::format("{} {}+{:#x}", name, function, symbol->offset);
    // The system's libraries and this program are somebody else's to look into.
    if (!path.empty() && !path.starts_with("/usr/") && !path.starts_with("/lib")) {
      const std::string place = source.find(std::string(path), module.address);
      if (!place.empty()) line += " (" + place + ")";
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace discern::plugin
