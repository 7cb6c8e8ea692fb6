// Where the loader writes, and what: it looks at neither.

#include <algorithm>

#include "plugin/elf_file.hpp"

namespace discern::plugin {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kRelative = R_X86_64_RELATIVE;
constexpr std::uint32_t kIndirect = R_X86_64_IRELATIVE;
constexpr std::uint32_t kThreadLocal[] = {
    R_X86_64_DTPMOD64, R_X86_64_DTPOFF64, R_X86_64_TPOFF64, R_X86_64_TLSDESC};
#elif defined(__aarch64__)
constexpr std::uint32_t kRelative = R_AARCH64_RELATIVE;
constexpr std::uint32_t kIndirect = R_AARCH64_IRELATIVE;
constexpr std::uint32_t kThreadLocal[] = {
    R_AARCH64_TLS_DTPMOD, R_AARCH64_TLS_DTPREL, R_AARCH64_TLS_TPREL, R_AARCH64_TLSDESC};
#elif defined(__riscv)
constexpr std::uint32_t kRelative = R_RISCV_RELATIVE;
constexpr std::uint32_t kIndirect = R_RISCV_IRELATIVE;
constexpr std::uint32_t kThreadLocal[] = {
    R_RISCV_TLS_DTPMOD64, R_RISCV_TLS_DTPREL64, R_RISCV_TLS_TPREL64};
#endif

#ifndef SHT_RELR
#define SHT_RELR 19
#define DT_RELRSZ 35
#define DT_RELR 36
#define DT_RELRENT 37
#endif

constexpr const char* kDamage = "its relocations do not fit the format";
constexpr const char* kAstray = "a relocation of it points outside of its data";

// Whether the loader runs what an address in there points to.
bool holds_functions(const ElfDynamic& dynamic, std::uint64_t at) {
  return ElfRange{dynamic.value(DT_INIT_ARRAY), dynamic.value(DT_INIT_ARRAYSZ)}.holds(at, 8) ||
         ElfRange{dynamic.value(DT_FINI_ARRAY), dynamic.value(DT_FINI_ARRAYSZ)}.holds(at, 8);
}

bool is_code(const ElfFile& file, std::uint64_t address) {
  return file.find_load(address, 1, PF_R | PF_X) != nullptr;
}

std::string find_damage_of_one(const ElfFile& file,
                               const ElfDynamic& dynamic,
                               const Elf64_Rela& one,
                               std::uint64_t symbols) {
  const std::uint32_t type = ELF64_R_TYPE(one.r_info);
  if (type == 0) return {};
  if (ELF64_R_SYM(one.r_info) >= symbols) return kDamage;
  const std::uint32_t writable = dynamic.find(DT_TEXTREL) ? PF_R : PF_R | PF_W;
  if (file.find_load(one.r_offset, 8, writable) == nullptr) return kAstray;
  const auto target = static_cast<std::uint64_t>(one.r_addend);
  const bool runs =
      type == kIndirect || (type == kRelative && holds_functions(dynamic, one.r_offset));
  if (runs && !is_code(file, target)) return "a function of it lies outside of its code";
  const bool thread_local_data =
      std::find(std::begin(kThreadLocal), std::end(kThreadLocal), type) != std::end(kThreadLocal);
  if (thread_local_data && file.find_segment(PT_TLS) == nullptr) {
    const auto symbol = file.read_at<Elf64_Sym>(dynamic.value(DT_SYMTAB) +
                                                ELF64_R_SYM(one.r_info) * sizeof(Elf64_Sym));
    if (!symbol || symbol->st_shndx != SHN_UNDEF || ELF64_R_SYM(one.r_info) == 0) return kDamage;
  }
  return {};
}

std::string find_damage_of_table(const ElfFile& file, const ElfDynamic& dynamic, ElfRange table) {
  const std::uint64_t symbols = file.find_section(SHT_DYNSYM)->sh_size / sizeof(Elf64_Sym);
  for (std::uint64_t at = 0; at < table.size; at += sizeof(Elf64_Rela)) {
    const auto one = file.read_at<Elf64_Rela>(table.begin + at);
    if (!one) return kDamage;
    if (std::string damage = find_damage_of_one(file, dynamic, *one, symbols); !damage.empty()) {
      return damage;
    }
  }
  return {};
}

// The first DT_RELACOUNT are taken for relative ones without a look.
std::string find_damage_of_count(const ElfFile& file, const ElfDynamic& dynamic, ElfRange table) {
  const std::uint64_t count = dynamic.value(DT_RELACOUNT);
  if (count > table.size / sizeof(Elf64_Rela)) return kDamage;
  for (std::uint64_t n = 0; n < count; ++n) {
    const auto one = file.read_at<Elf64_Rela>(table.begin + n * sizeof(Elf64_Rela));
    if (!one || ELF64_R_TYPE(one->r_info) != kRelative) return kDamage;
  }
  return {};
}

// Packed relative ones: an address, then bits for the 63 words after it.
std::string find_damage_of_packed(const ElfFile& file, const ElfDynamic& dynamic) {
  const auto begin = dynamic.find(DT_RELR);
  const Elf64_Shdr* section = file.find_section(std::uint32_t{SHT_RELR});
  const bool has_section = section != nullptr && section->sh_size > 0;
  if (!begin) return has_section ? kDamage : "";
  const std::uint64_t size = dynamic.value(DT_RELRSZ);
  if (!has_section || section->sh_addr != *begin || section->sh_size != size || size % 8 != 0 ||
      dynamic.find(DT_RELRENT) != 8u) {
    return kDamage;
  }
  std::uint64_t next = 0;
  const auto fits = [&](std::uint64_t address) {
    if (address % 8 != 0 || file.find_load(address, 8, PF_R | PF_W) == nullptr) return false;
    if (!holds_functions(dynamic, address)) return true;
    const auto target = file.read_at<std::uint64_t>(address);
    return target && is_code(file, *target);
  };
  for (std::uint64_t at = 0; at < size; at += 8) {
    const auto entry = file.read_at<std::uint64_t>(*begin + at);
    if (!entry) return kDamage;
    if ((*entry & 1) == 0) {
      if (!fits(*entry)) return kAstray;
      next = *entry + 8;
      continue;
    }
    for (std::uint64_t bit = 1; bit < 64; ++bit) {
      if ((*entry >> bit & 1) != 0 && !fits(next + (bit - 1) * 8)) return kAstray;
    }
    next += 63 * 8;
  }
  return {};
}

}  // namespace

std::string find_damage_of_relocations(const ElfFile& file, const ElfDynamic& dynamic) {
  const ElfRange table{dynamic.value(DT_RELA), dynamic.value(DT_RELASZ)};
  const ElfRange calls{dynamic.value(DT_JMPREL), dynamic.value(DT_PLTRELSZ)};
  constexpr std::uint64_t kOne = sizeof(Elf64_Rela);
  if ((table.size > 0 && dynamic.find(DT_RELAENT) != kOne) || table.size % kOne != 0 ||
      calls.size % kOne != 0) {
    return kDamage;
  }
  if (calls.size > 0 && dynamic.find(DT_PLTREL) != std::uint64_t{DT_RELA}) return kDamage;
  // Together they are all the sections of that kind, no less and no more.
  std::uint64_t bytes = 0;
  for (const Elf64_Shdr& section : file.sections) {
    if (section.sh_type != SHT_RELA || (section.sh_flags & SHF_ALLOC) == 0) continue;
    bytes += section.sh_size;
    if (section.sh_size > 0 && !table.holds(section.sh_addr, section.sh_size) &&
        !calls.holds(section.sh_addr, section.sh_size)) {
      return kDamage;
    }
  }
  const bool nested = calls.size > 0 && table.holds(calls.begin, calls.size);
  if (bytes != table.size + (nested ? 0 : calls.size)) return kDamage;
  std::string damage = find_damage_of_table(file, dynamic, table);
  if (damage.empty()) damage = find_damage_of_table(file, dynamic, calls);
  if (damage.empty()) damage = find_damage_of_count(file, dynamic, table);
  if (damage.empty()) damage = find_damage_of_packed(file, dynamic);
  return damage;
}

}  // namespace discern::plugin
