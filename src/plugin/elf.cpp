#include "plugin/elf.hpp"

#include <elf.h>

#include <cstring>

namespace discern::plugin {
namespace {

#if defined(__x86_64__)
constexpr unsigned kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr unsigned kMachine = EM_RISCV;
#else
#error "add this machine's ELF number"
#endif

std::string machine_name(unsigned machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_AARCH64:
      return "64-bit ARM";
    case EM_ARM:
      return "32-bit ARM";
    case EM_386:
      return "32-bit x86";
    case EM_RISCV:
      return "RISC-V";
    default:
      return "machine number " + std::to_string(machine);
  }
}

}  // namespace

Result<void> check_shared_library(std::string_view head, std::string_view name) {
  const std::string file(name);
  if (head.size() < SELFMAG || std::memcmp(head.data(), ELFMAG, SELFMAG) != 0) {
    return Error(Errc::Invalid,
                 file + " is not a shared library: it does not begin like an ELF file");
  }
  Elf64_Ehdr header{};
  if (head.size() < sizeof header) return Error(Errc::Corrupt, file + " is cut short");
  std::memcpy(&header, head.data(), sizeof header);
  if (header.e_machine != kMachine || header.e_ident[EI_CLASS] != ELFCLASS64) {
    return Error(Errc::Invalid,
                 file + " is built for " + machine_name(header.e_machine) +
                     ", this program runs on " + machine_name(kMachine));
  }
  if (header.e_type != ET_DYN) {
    return Error(Errc::Invalid,
                 file + " is an ELF file but not a shared library; link it with -shared");
  }
  return {};
}

}  // namespace discern::plugin
