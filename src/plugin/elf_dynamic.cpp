// What the loader reads once the segments are mapped: the dynamic section and its tables.

#include <algorithm>
#include <bit>

#include "plugin/elf_file.hpp"

namespace discern::plugin {
namespace {

// Tags that a file may have several times.
bool may_repeat(std::int64_t tag) {
  return tag == DT_NEEDED || tag == DT_AUXILIARY || tag == DT_FILTER;
}

// A section that the dynamic section names too: where it is, and how large.
struct Twin {
  std::uint32_t type;
  std::int64_t address;
  std::int64_t size;  // 0: it says none.
};
constexpr Twin kTwins[] = {{SHT_DYNSYM, DT_SYMTAB, 0},
                           {SHT_GNU_HASH, DT_GNU_HASH, 0},
                           {SHT_HASH, DT_HASH, 0},
                           {SHT_GNU_versym, DT_VERSYM, 0},
                           {SHT_GNU_verneed, DT_VERNEED, 0},
                           {SHT_GNU_verdef, DT_VERDEF, 0},
                           {SHT_INIT_ARRAY, DT_INIT_ARRAY, DT_INIT_ARRAYSZ},
                           {SHT_FINI_ARRAY, DT_FINI_ARRAY, DT_FINI_ARRAYSZ}};

std::string find_damage_of_twin(const ElfFile& file, const ElfDynamic& dynamic, const Twin& twin) {
  const Elf64_Shdr* section = file.find_section(twin.type);
  const auto address = dynamic.find(twin.address);
  // An empty section may have no tag.
  if (section == nullptr || section->sh_size == 0) {
    return address && dynamic.value(twin.size) != 0 ? "its dynamic section names a table it lacks"
                                                    : "";
  }
  if (address != section->sh_addr ||
      (twin.size != 0 && dynamic.find(twin.size) != section->sh_size)) {
    return "its dynamic section and its sections differ";
  }
  return {};
}

std::string find_damage_of_strings(const ElfFile& file, const ElfDynamic& dynamic) {
  const Elf64_Shdr* symbols = file.find_section(SHT_DYNSYM);
  if (symbols == nullptr || symbols->sh_link >= file.sections.size()) return "it has no symbols";
  const Elf64_Shdr& strings = file.sections[symbols->sh_link];
  if (strings.sh_type != SHT_STRTAB || strings.sh_size == 0 ||
      dynamic.find(DT_STRTAB) != strings.sh_addr || dynamic.find(DT_STRSZ) != strings.sh_size ||
      dynamic.find(DT_SYMENT) != sizeof(Elf64_Sym)) {
    return "its dynamic section and its sections differ";
  }
  if (file.read_at<char>(strings.sh_addr + strings.sh_size - 1) != '\0') {
    return "its names do not end";
  }
  for (const Elf64_Dyn& entry : dynamic.entries()) {
    const std::int64_t tag = entry.d_tag;
    const bool named = may_repeat(tag) || tag == DT_SONAME || tag == DT_RPATH || tag == DT_RUNPATH;
    if (named && entry.d_un.d_val >= strings.sh_size) return "a library it needs has no name";
  }
  return {};
}

// Whether a function begins there, as far as the file tells: a stripped one may not.
bool may_begin_function(const ElfFile& file, std::uint64_t address) {
  const Elf64_Shdr* table = file.find_section(std::uint32_t{SHT_SYMTAB});
  if (table == nullptr) return true;
  for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= table->sh_size; at += sizeof(Elf64_Sym)) {
    const auto symbol = file.read<Elf64_Sym>(table->sh_offset + at);
    if (!symbol) return false;
    if (symbol->st_shndx != SHN_UNDEF && symbol->st_value == address) return true;
  }
  return false;
}

std::string find_damage_of_functions(const ElfFile& file, const ElfDynamic& dynamic) {
  const std::pair<std::int64_t, const char*> functions[] = {{DT_INIT, ".init"}, {DT_FINI, ".fini"}};
  for (const auto& [tag, name] : functions) {
    const auto at = dynamic.find(tag);
    if (!at) continue;
    const Elf64_Shdr* section = file.find_section(name);
    const bool usual = section != nullptr && section->sh_addr == *at;
    if ((!usual && !may_begin_function(file, *at)) ||
        file.find_load(*at, 1, PF_R | PF_X) == nullptr) {
      return "the function it begins or ends with is nowhere";
    }
  }
  if (const auto got = dynamic.find(DT_PLTGOT);
      got && file.find_load(*got, 24, PF_R | PF_W) == nullptr) {
    return "its table of functions is nowhere";
  }
  return {};
}

std::uint32_t gnu_hash(std::string_view name) {
  std::uint32_t hash = 5381;
  for (const char c : name) hash = hash * 33 + static_cast<unsigned char>(c);
  return hash;
}

std::string find_damage_of_gnu_hash(const ElfFile& file, const Elf64_Shdr& table) {
  const std::uint64_t symbols = file.find_section(SHT_DYNSYM)->sh_size / sizeof(Elf64_Sym);
  const auto word = [&](std::uint64_t n) {
    return file.read_at<std::uint32_t>(table.sh_addr + n * 4);
  };
  const auto buckets = word(0);
  const auto first = word(1);
  const auto bloom = word(2);
  const auto shift = word(3);
  constexpr const char* kDamage = "its table of symbols does not fit the format";
  if (!buckets || !first || !bloom || !shift || *buckets == 0 || !std::has_single_bit(*bloom) ||
      *shift > 31 || *first > symbols) {
    return kDamage;
  }
  const std::uint64_t begin = 4 + std::uint64_t{*bloom} * 2;
  const std::uint64_t chains = begin + *buckets;
  bool used = false;
  for (std::uint64_t n = 0; n < *buckets; ++n) {
    const auto symbol = word(begin + n);
    if (!symbol || (*symbol != 0 && (*symbol < *first || *symbol >= symbols))) return kDamage;
    used = used || *symbol != 0;
  }
  const std::uint64_t hashed = used ? symbols - *first : 0;
  if ((chains + hashed) * 4 > table.sh_size) return kDamage;
  const Elf64_Shdr& dynamic_symbols = *file.find_section(SHT_DYNSYM);
  const Elf64_Shdr& names = file.sections[dynamic_symbols.sh_link];
  for (std::uint64_t n = 0; n < hashed; ++n) {
    const auto symbol =
        file.read_at<Elf64_Sym>(dynamic_symbols.sh_addr + (*first + n) * sizeof(Elf64_Sym));
    const auto name =
        symbol ? file.text(names.sh_offset + symbol->st_name, names.sh_offset + names.sh_size)
               : std::nullopt;
    // The lowest bit says whether the chain ends.
    if (!name || (gnu_hash(*name) | 1) != (word(chains + n).value_or(0) | 1)) return kDamage;
  }
  // The last chain ends, and so every one does.
  if (hashed > 0 && (word(chains + hashed - 1).value_or(0) & 1) == 0) return kDamage;
  return {};
}

std::string find_damage_of_old_hash(const ElfFile& file, const Elf64_Shdr& table) {
  const std::uint64_t symbols = file.find_section(SHT_DYNSYM)->sh_size / sizeof(Elf64_Sym);
  const auto word = [&](std::uint64_t n) {
    return file.read_at<std::uint32_t>(table.sh_addr + n * 4);
  };
  constexpr const char* kDamage = "its table of symbols does not fit the format";
  const auto buckets = word(0);
  const auto chains = word(1);
  if (!buckets || !chains || *buckets == 0 || *chains != symbols ||
      (2 + std::uint64_t{*buckets} + *chains) * 4 > table.sh_size) {
    return kDamage;
  }
  // Each symbol stands in one chain at most: more steps than symbols are a circle.
  std::uint64_t steps = 0;
  for (std::uint64_t n = 0; n < *buckets; ++n) {
    for (std::uint32_t at = word(2 + n).value_or(0); at != 0;) {
      if (at >= *chains || ++steps > *chains) return kDamage;
      at = word(2 + *buckets + at).value_or(0);
    }
  }
  return {};
}

// The highest number that a symbol's version may have.
std::string find_damage_of_needed_versions(const ElfFile& file,
                                           const ElfDynamic& dynamic,
                                           std::uint16_t& highest) {
  const Elf64_Shdr* table = file.find_section(SHT_GNU_verneed);
  if (table == nullptr || table->sh_size == 0) return {};
  constexpr const char* kDamage = "its table of versions does not fit the format";
  const ElfRange range{table->sh_addr, table->sh_size};
  const std::uint64_t strings = dynamic.value(DT_STRSZ);
  std::uint64_t libraries = 0;
  for (std::uint64_t at = table->sh_addr;;) {
    const auto library = file.read_at<Elf64_Verneed>(at);
    if (!library || !range.holds(at, sizeof *library) || library->vn_version != 1 ||
        library->vn_file >= strings || ++libraries > table->sh_size) {
      return kDamage;
    }
    std::uint64_t one = at + library->vn_aux;
    for (std::uint16_t n = 0; n < library->vn_cnt; ++n) {
      const auto version = file.read_at<Elf64_Vernaux>(one);
      if (!version || !range.holds(one, sizeof *version) || version->vna_name >= strings) {
        return kDamage;
      }
      highest = std::max<std::uint16_t>(highest, version->vna_other & 0x7fff);
      // The loader follows these, and does not count.
      if ((version->vna_next == 0) != (n + 1 == library->vn_cnt)) return kDamage;
      one += version->vna_next;
    }
    if (library->vn_next == 0) break;
    at += library->vn_next;
  }
  return dynamic.find(DT_VERNEEDNUM) == libraries ? "" : kDamage;
}

std::string find_damage_of_own_versions(const ElfFile& file,
                                        const ElfDynamic& dynamic,
                                        std::uint16_t& highest) {
  const Elf64_Shdr* table = file.find_section(SHT_GNU_verdef);
  if (table == nullptr || table->sh_size == 0) return {};
  constexpr const char* kDamage = "its table of versions does not fit the format";
  const ElfRange range{table->sh_addr, table->sh_size};
  std::uint64_t count = 0;
  for (std::uint64_t at = table->sh_addr;;) {
    const auto version = file.read_at<Elf64_Verdef>(at);
    if (!version || !range.holds(at, sizeof *version) || version->vd_version != 1 ||
        ++count > table->sh_size) {
      return kDamage;
    }
    const auto name = file.read_at<Elf64_Verdaux>(at + version->vd_aux);
    if (!name || !range.holds(at + version->vd_aux, sizeof *name) ||
        name->vda_name >= dynamic.value(DT_STRSZ)) {
      return kDamage;
    }
    highest = std::max<std::uint16_t>(highest, version->vd_ndx & 0x7fff);
    if (version->vd_next == 0) break;
    at += version->vd_next;
  }
  return dynamic.find(DT_VERDEFNUM) == count ? "" : kDamage;
}

std::string find_damage_of_versions(const ElfFile& file, const ElfDynamic& dynamic) {
  std::uint16_t highest = 1;
  std::string damage = find_damage_of_needed_versions(file, dynamic, highest);
  if (damage.empty()) damage = find_damage_of_own_versions(file, dynamic, highest);
  const Elf64_Shdr* numbers = file.find_section(SHT_GNU_versym);
  if (!damage.empty() || numbers == nullptr || numbers->sh_size == 0) return damage;
  const std::uint64_t symbols = file.find_section(SHT_DYNSYM)->sh_size / sizeof(Elf64_Sym);
  if (numbers->sh_size != symbols * 2) return "its table of versions does not fit the format";
  for (std::uint64_t n = 0; n < symbols; ++n) {
    const auto number = file.read_at<std::uint16_t>(numbers->sh_addr + n * 2);
    if (!number || (*number & 0x7fff) > highest) return "a symbol of it has a version that is none";
  }
  return {};
}

}  // namespace

bool ElfDynamic::read(const ElfFile& file) {
  const Elf64_Phdr* segment = file.find_segment(PT_DYNAMIC);
  if (segment == nullptr) return false;
  for (std::uint64_t at = 0; at + sizeof(Elf64_Dyn) <= segment->p_filesz; at += sizeof(Elf64_Dyn)) {
    const auto entry = file.read_at<Elf64_Dyn>(segment->p_vaddr + at);
    if (!entry) return false;
    if (entry->d_tag == DT_NULL) return true;
    if (find(entry->d_tag) && !may_repeat(entry->d_tag)) return false;
    entries_.push_back(*entry);
  }
  return false;
}

std::optional<std::uint64_t> ElfDynamic::find(std::int64_t tag) const {
  for (const Elf64_Dyn& entry : entries_) {
    if (entry.d_tag == tag) return entry.d_un.d_val;
  }
  return std::nullopt;
}

std::string find_damage_of_symbols(const ElfFile& file) {
  const Elf64_Shdr* table = file.find_section(SHT_DYNSYM);
  const Elf64_Shdr& strings = file.sections[table->sh_link];
  if (table->sh_size % sizeof(Elf64_Sym) != 0) return "its symbols do not fit the format";
  for (std::uint64_t at = 0; at < table->sh_size; at += sizeof(Elf64_Sym)) {
    const auto symbol = file.read_at<Elf64_Sym>(table->sh_addr + at);
    if (!symbol || symbol->st_name >= strings.sh_size) return "a symbol of it has no name";
    const unsigned type = ELF64_ST_TYPE(symbol->st_info);
    const unsigned binding = ELF64_ST_BIND(symbol->st_info);
    if ((type > STT_TLS && type != STT_GNU_IFUNC) ||
        (binding > STB_WEAK && binding != STB_GNU_UNIQUE)) {
      return "a symbol of it is of a kind that is none";
    }
    // What another library has: the loader would take it for this one's, at address 0.
    const bool elsewhere = at > 0 && symbol->st_shndx == SHN_UNDEF;
    if (elsewhere && (ELF64_ST_VISIBILITY(symbol->st_other) != STV_DEFAULT ||
                      binding == STB_LOCAL || symbol->st_value != 0)) {
      return "a symbol of it is nowhere";
    }
    const bool code = type == STT_FUNC || type == STT_GNU_IFUNC;
    if (!code || symbol->st_shndx == SHN_UNDEF || symbol->st_shndx == SHN_ABS) continue;
    const std::uint64_t size = std::max<std::uint64_t>(symbol->st_size, 1);
    const bool held =
        symbol->st_shndx < file.sections.size() &&
        ElfRange{file.sections[symbol->st_shndx].sh_addr, file.sections[symbol->st_shndx].sh_size}
            .holds(symbol->st_value, size);
    if (!held || file.find_load(symbol->st_value, size, PF_R | PF_X) == nullptr) {
      return "a function of it lies outside of its code";
    }
  }
  return {};
}

std::string find_damage_of_dynamic_section(const ElfFile& file) {
  const Elf64_Phdr* segment = file.find_segment(PT_DYNAMIC);
  const Elf64_Shdr* section = file.find_section(SHT_DYNAMIC);
  if (segment == nullptr || section == nullptr) return "it has no dynamic section";
  ElfDynamic dynamic;
  if (segment->p_vaddr != section->sh_addr || segment->p_memsz != section->sh_size ||
      segment->p_filesz != segment->p_memsz || !dynamic.read(file)) {
    return "its dynamic section does not fit the format";
  }
  std::string damage = find_damage_of_strings(file, dynamic);
  for (const Twin& twin : kTwins) {
    if (damage.empty()) damage = find_damage_of_twin(file, dynamic, twin);
  }
  if (damage.empty()) damage = find_damage_of_functions(file, dynamic);
  if (damage.empty()) damage = find_damage_of_symbols(file);
  const Elf64_Shdr* hash = file.find_section(SHT_GNU_HASH);
  const Elf64_Shdr* old_hash = file.find_section(SHT_HASH);
  if (damage.empty() && hash == nullptr && old_hash == nullptr) {
    damage = "it has no table of its symbols";
  }
  if (damage.empty() && hash != nullptr) damage = find_damage_of_gnu_hash(file, *hash);
  if (damage.empty() && old_hash != nullptr) damage = find_damage_of_old_hash(file, *old_hash);
  if (damage.empty()) damage = find_damage_of_versions(file, dynamic);
  if (damage.empty()) damage = find_damage_of_relocations(file, dynamic);
  return damage;
}

}  // namespace discern::plugin
