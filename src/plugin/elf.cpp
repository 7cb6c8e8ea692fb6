#include "plugin/elf.hpp"

#include <algorithm>

#include "plugin/elf_file.hpp"

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

// How large the file says it is: the end of whatever lies farthest in it.
std::uint64_t whole_size(const ElfFile& file) {
  std::uint64_t end = 0;
  const auto reach = [&](std::uint64_t at, std::uint64_t size) {
    // A damaged number says nothing about the size.
    if (at <= UINT64_MAX - size && at + size < (std::uint64_t{1} << 40))
      end = std::max(end, at + size);
  };
  reach(file.header.e_phoff, std::uint64_t{file.header.e_phnum} * sizeof(Elf64_Phdr));
  reach(file.header.e_shoff, std::uint64_t{file.header.e_shnum} * sizeof(Elf64_Shdr));
  for (const Elf64_Phdr& segment : file.segments) reach(segment.p_offset, segment.p_filesz);
  return end;
}

template <class Entry>
bool read_table(const ElfFile& file,
                std::uint64_t at,
                std::uint64_t count,
                std::vector<Entry>& into) {
  for (std::uint64_t i = 0; i < count; ++i) {
    if (at > UINT64_MAX - i * sizeof(Entry)) return false;
    const auto entry = file.read<Entry>(at + i * sizeof(Entry));
    if (!entry) return false;
    into.push_back(*entry);
  }
  return true;
}

std::string find_damage_of_header(const Elf64_Ehdr& header) {
  if (header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_ident[EI_VERSION] != EV_CURRENT ||
      header.e_version != EV_CURRENT || header.e_ehsize != sizeof header ||
      header.e_phentsize != sizeof(Elf64_Phdr) || header.e_shentsize != sizeof(Elf64_Shdr)) {
    return "its header does not fit the ELF format";
  }
  if (header.e_phnum == 0 || header.e_phnum > 1024) return "it has no table of segments";
  // Nothing that a usual linker or `strip` makes lacks them, and they tell damage from sense.
  if (header.e_shnum == 0) return "it has no section headers (strip them with `strip` only)";
  if (header.e_shstrndx >= header.e_shnum) return "the names of its sections are nowhere";
  return {};
}

}  // namespace

Result<void> check_shared_library(std::string_view bytes, std::string_view name) {
  const std::string said(name);
  const auto damaged = [&](const std::string& what) {
    return Error(Errc::Corrupt, said + " is damaged: " + what + "; build it or copy it again");
  };
  if (bytes.empty()) return Error(Errc::Corrupt, said + " is empty; build it or copy it again");
  ElfFile file(bytes);
  const std::string_view magic(ELFMAG, SELFMAG);
  if (bytes.substr(0, SELFMAG) != magic.substr(0, std::min<std::size_t>(SELFMAG, bytes.size()))) {
    return Error(Errc::Invalid,
                 said + " is not a shared library: it does not begin like an ELF file");
  }
  const auto header = file.read<Elf64_Ehdr>(0);
  if (!header) {
    return Error(Errc::Corrupt,
                 said + " is cut short: it has only " + std::to_string(bytes.size()) +
                     " bytes; build it or copy it again");
  }
  file.header = *header;
  if (header->e_machine != kMachine || header->e_ident[EI_CLASS] != ELFCLASS64) {
    return Error(Errc::Invalid,
                 said + " is built for " + machine_name(header->e_machine) +
                     ", this program runs on " + machine_name(kMachine));
  }
  if (header->e_type != ET_DYN) {
    return Error(Errc::Invalid,
                 said + " is an ELF file but not a shared library; link it with -shared");
  }
  if (std::string damage = find_damage_of_header(*header); !damage.empty()) return damaged(damage);
  const bool tables = read_table(file, header->e_phoff, header->e_phnum, file.segments) &&
                      read_table(file, header->e_shoff, header->e_shnum, file.sections);
  if (const std::uint64_t whole = whole_size(file); whole > file.size()) {
    return Error(Errc::Corrupt,
                 said + " is cut short: it has " + std::to_string(file.size()) + " of " +
                     std::to_string(whole) + " bytes; build it or copy it again");
  }
  if (!tables) return damaged("a table of its header lies outside of the file");
  for (const auto find_damage :
       {find_damage_of_segments, find_damage_of_sections, find_damage_of_dynamic_section}) {
    if (std::string damage = find_damage(file); !damage.empty()) return damaged(damage);
  }
  return {};
}

bool exports_symbol(std::string_view bytes, std::string_view symbol) {
  ElfFile file(bytes);
  const auto header = file.read<Elf64_Ehdr>(0);
  if (!header || !read_table(file, header->e_shoff, header->e_shnum, file.sections)) return false;
  const Elf64_Shdr* symbols = file.find_section(SHT_DYNSYM);
  if (symbols == nullptr || symbols->sh_link >= file.sections.size()) return false;
  const Elf64_Shdr& names = file.sections[symbols->sh_link];
  for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= symbols->sh_size; at += sizeof(Elf64_Sym)) {
    const auto one = file.read<Elf64_Sym>(symbols->sh_offset + at);
    if (!one || one->st_shndx == SHN_UNDEF) continue;
    const auto name = file.text(names.sh_offset + one->st_name, names.sh_offset + names.sh_size);
    if (name && *name == symbol) return true;
  }
  return false;
}

}  // namespace discern::plugin
