// What the loader maps, and that it agrees with the sections, which say the same a second time.

#include <algorithm>
#include <bit>

#include "plugin/elf_file.hpp"

namespace discern::plugin {
namespace {

// Addresses above it are none of a program's.
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 46;

ElfRange memory_of(const Elf64_Phdr& segment) {
  return {segment.p_vaddr, segment.p_memsz};
}

std::string find_damage_of_load(const Elf64_Phdr& load, std::uint64_t& end) {
  if (load.p_filesz > load.p_memsz || load.p_memsz > kMostMemory || load.p_vaddr > kMostMemory) {
    return "a segment has sizes that cannot be";
  }
  if (load.p_align > 1 &&
      (!std::has_single_bit(load.p_align) || (load.p_vaddr - load.p_offset) % load.p_align != 0)) {
    return "a segment is not aligned";
  }
  // The loader reckons with this order, and does not look.
  if (load.p_vaddr < end) return "its segments overlap";
  end = load.p_vaddr + load.p_memsz;
  return {};
}

// The parts that the loader reads from memory, without looking whether something is mapped there.
std::string find_damage_of_part(const ElfFile& file, const Elf64_Phdr& part) {
  const bool thread_local_part = part.p_type == PT_TLS;
  if (part.p_filesz > part.p_memsz) return "a segment has sizes that cannot be";
  const std::uint64_t bytes = thread_local_part ? part.p_filesz : part.p_memsz;
  const bool written = part.p_type == PT_DYNAMIC;
  if (bytes > 0 && file.find_load(part.p_vaddr, bytes, written ? PF_R | PF_W : PF_R) == nullptr) {
    return "a segment lies outside of what is loaded";
  }
  if (part.p_filesz > 0 && file.offset_of(part.p_vaddr, part.p_filesz) != part.p_offset) {
    return "a segment has two places in the file";
  }
  if (thread_local_part && (!std::has_single_bit(part.p_align) || part.p_align > (1u << 16))) {
    return "its thread-local data is not aligned";
  }
  return {};
}

// Some linkers let it reach to the end of the page that its segment ends in.
std::string find_damage_of_relro(const ElfFile& file, const Elf64_Phdr& part) {
  const Elf64_Phdr* load = file.find_load(part.p_vaddr, 1, PF_R | PF_W);
  const std::uint64_t page = std::max<std::uint64_t>(load != nullptr ? load->p_align : 0, 4096);
  if (load == nullptr || part.p_memsz > kMostMemory ||
      part.p_vaddr + part.p_memsz > (load->p_vaddr + load->p_memsz + page - 1) / page * page) {
    return "a segment lies outside of what is loaded";
  }
  for (const char* name : {".data", ".bss"}) {
    const Elf64_Shdr* section = file.find_section(name);
    if (section == nullptr || section->sh_size == 0) continue;
    // The loader protects whole pages below the end.
    const std::uint64_t end = (part.p_vaddr + part.p_memsz) & ~std::uint64_t{4095};
    if (section->sh_addr < end && section->sh_addr + section->sh_size > part.p_vaddr) {
      return "its variables would be read-only";
    }
  }
  return {};
}

std::string find_damage_of_notes(const ElfFile& file, const Elf64_Phdr& part) {
  const std::uint64_t align = part.p_align == 8 ? 8 : 4;
  const auto round_up = [&](std::uint64_t size) { return (size + align - 1) / align * align; };
  const ElfRange notes{part.p_offset, part.p_filesz};
  for (std::uint64_t at = part.p_offset; at < part.p_offset + part.p_filesz;) {
    const auto note = file.read<Elf64_Nhdr>(at);
    const std::uint64_t size =
        !note ? UINT64_MAX
              : round_up(sizeof *note + std::uint64_t{note->n_namesz}) + note->n_descsz;
    if (!notes.holds(at, size)) return "a note in it is longer than its segment";
    at += round_up(size);
  }
  return {};
}

// What has to lie in a segment of its own, and all of it.
std::string find_damage_of_twins(const ElfFile& file) {
  ElfRange thread_local_data;
  for (const Elf64_Shdr& section : file.sections) {
    if ((section.sh_flags & SHF_TLS) == 0 || section.sh_size == 0) continue;
    if (thread_local_data.size == 0) thread_local_data.begin = section.sh_addr;
    thread_local_data.size = section.sh_addr + section.sh_size - thread_local_data.begin;
  }
  const Elf64_Phdr* tls = file.find_segment(PT_TLS);
  const ElfRange given = tls != nullptr ? memory_of(*tls) : ElfRange{};
  const std::uint64_t align = tls != nullptr ? tls->p_align : 1;
  // Some linkers round the size up.
  if (given.size < thread_local_data.size || given.size - thread_local_data.size >= align ||
      (given.size > 0 && given.begin != thread_local_data.begin)) {
    return "its thread-local data has two sizes";
  }
  const Elf64_Shdr* unwinding = file.find_section(".eh_frame_hdr");
  const Elf64_Phdr* unwinding_part = file.find_segment(PT_GNU_EH_FRAME);
  const ElfRange one =
      unwinding != nullptr ? ElfRange{unwinding->sh_addr, unwinding->sh_size} : ElfRange{};
  const ElfRange two = unwinding_part != nullptr ? memory_of(*unwinding_part) : ElfRange{};
  if (one != two) return "its tables for exceptions are in two places";
  if (one.size > 0) {
    // Version, and the encodings that the unwinder reads fastest and every linker writes.
    const auto head = file.read_at<std::uint32_t>(one.begin);
    const auto count = file.read_at<std::uint32_t>(one.begin + 8);
    const bool sorted = head && *head == 0x3b031b01;
    // Without a sorted table.
    const bool plain = head && *head == 0xffff1b01;
    if ((!sorted && !plain) || (sorted && (!count || std::uint64_t{*count} * 8 + 12 > one.size))) {
      return "its tables for exceptions do not fit the format";
    }
    const auto frames = file.read_at<std::int32_t>(one.begin + 4);
    const Elf64_Shdr* section = file.find_section(".eh_frame");
    if (frames && section != nullptr &&
        one.begin + 4 + static_cast<std::uint64_t>(std::int64_t{*frames}) != section->sh_addr) {
      return "its tables for exceptions are in two places";
    }
  }
  return {};
}

std::string find_damage_of_section(const ElfFile& file, const Elf64_Shdr& section) {
  const bool in_file = section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL;
  if (in_file && !file.holds(section.sh_offset, section.sh_size)) {
    return "a section lies outside of the file";
  }
  const bool thread_local_zeros = (section.sh_flags & SHF_TLS) != 0 && !in_file;
  if ((section.sh_flags & SHF_ALLOC) == 0 || section.sh_size == 0 || thread_local_zeros) return {};
  std::uint32_t flags = PF_R;
  if ((section.sh_flags & SHF_WRITE) != 0) flags |= PF_W;
  if ((section.sh_flags & SHF_EXECINSTR) != 0) flags |= PF_X;
  if (file.find_load(section.sh_addr, section.sh_size, flags) == nullptr) {
    return "a section lies outside of what is loaded";
  }
  if (in_file && file.offset_of(section.sh_addr, section.sh_size) != section.sh_offset) {
    return "a section has two places in the file";
  }
  return {};
}

}  // namespace

std::optional<std::string_view> ElfFile::text(std::uint64_t at, std::uint64_t end) const {
  if (end > bytes_.size() || at >= end) return std::nullopt;
  const std::string_view rest = bytes_.substr(at, end - at);
  const std::size_t length = rest.find('\0');
  if (length == rest.npos) return std::nullopt;
  return rest.substr(0, length);
}

std::optional<std::uint64_t> ElfFile::offset_of(std::uint64_t address, std::uint64_t bytes) const {
  for (const Elf64_Phdr& load : segments) {
    if (load.p_type != PT_LOAD) continue;
    if (ElfRange{load.p_vaddr, load.p_filesz}.holds(address, bytes)) {
      return load.p_offset + (address - load.p_vaddr);
    }
  }
  return std::nullopt;
}

const Elf64_Phdr* ElfFile::find_load(std::uint64_t address,
                                     std::uint64_t bytes,
                                     std::uint32_t flags) const {
  const auto found = std::find_if(segments.begin(), segments.end(), [&](const Elf64_Phdr& load) {
    return load.p_type == PT_LOAD && (load.p_flags & flags) == flags &&
           memory_of(load).holds(address, bytes);
  });
  return found == segments.end() ? nullptr : &*found;
}

const Elf64_Phdr* ElfFile::find_segment(std::uint32_t type) const {
  const auto found = std::find_if(
      segments.begin(), segments.end(), [&](const Elf64_Phdr& one) { return one.p_type == type; });
  return found == segments.end() ? nullptr : &*found;
}

const Elf64_Shdr* ElfFile::find_section(std::uint32_t type) const {
  const auto found = std::find_if(
      sections.begin(), sections.end(), [&](const Elf64_Shdr& one) { return one.sh_type == type; });
  return found == sections.end() ? nullptr : &*found;
}

const Elf64_Shdr* ElfFile::find_section(std::string_view name) const {
  if (header.e_shstrndx >= sections.size()) return nullptr;
  const Elf64_Shdr& names = sections[header.e_shstrndx];
  const auto found = std::find_if(sections.begin(), sections.end(), [&](const Elf64_Shdr& one) {
    if (!holds(names.sh_offset, names.sh_size) || one.sh_name >= names.sh_size) return false;
    return text(names.sh_offset + one.sh_name, names.sh_offset + names.sh_size) == name;
  });
  return found == sections.end() ? nullptr : &*found;
}

std::string find_damage_of_segments(const ElfFile& file) {
  std::uint64_t end = 0;
  bool loads = false;
  for (const Elf64_Phdr& segment : file.segments) {
    if (!file.holds(segment.p_offset, segment.p_filesz)) {
      return "a segment lies outside of the file";
    }
    if (segment.p_type != PT_LOAD) continue;
    loads = true;
    if (std::string damage = find_damage_of_load(segment, end); !damage.empty()) return damage;
  }
  if (!loads) return "nothing of it would be loaded";
  for (const Elf64_Phdr& segment : file.segments) {
    std::string damage;
    switch (segment.p_type) {
      case PT_NOTE:
      case PT_GNU_PROPERTY:
        damage = find_damage_of_part(file, segment);
        if (damage.empty()) damage = find_damage_of_notes(file, segment);
        break;
      case PT_DYNAMIC:
      case PT_TLS:
      case PT_PHDR:
      case PT_GNU_EH_FRAME:
        damage = find_damage_of_part(file, segment);
        break;
      case PT_GNU_RELRO:
        if (segment.p_memsz > 0) damage = find_damage_of_relro(file, segment);
        break;
      default:
        break;
    }
    if (!damage.empty()) return damage;
  }
  return {};
}

std::string find_damage_of_sections(const ElfFile& file) {
  for (const Elf64_Shdr& section : file.sections) {
    if (std::string damage = find_damage_of_section(file, section); !damage.empty()) return damage;
  }
  return find_damage_of_twins(file);
}

}  // namespace discern::plugin
