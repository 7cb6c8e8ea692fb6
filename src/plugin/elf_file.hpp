#pragma once

// An ELF file in memory whose every read is checked against its end. Pure.

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace discern::plugin {

// A part of memory, or of the file.
struct ElfRange {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
  // False for a range that would wrap around.
  bool holds(std::uint64_t at, std::uint64_t bytes) const {
    return at >= begin && bytes <= size && at - begin <= size - bytes;
  }
  bool operator==(const ElfRange&) const = default;
};

class ElfFile {
 public:
  explicit ElfFile(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t size() const { return bytes_.size(); }
  bool holds(std::uint64_t at, std::uint64_t bytes) const {
    return ElfRange{0, bytes_.size()}.holds(at, bytes);
  }
  // Nothing when it does not lie in the file.
  template <class T>
  std::optional<T> read(std::uint64_t at) const {
    if (!holds(at, sizeof(T))) return std::nullopt;
    T value;
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value;
  }
  // The text that begins at `at` and ends before `end`; nothing when it is not terminated there.
  std::optional<std::string_view> text(std::uint64_t at, std::uint64_t end) const;

  // Where in the file the bytes at a memory address come from; nothing when no PT_LOAD has them
  // all.
  std::optional<std::uint64_t> offset_of(std::uint64_t address, std::uint64_t bytes) const;
  // Reads at an address of the loaded library.
  template <class T>
  std::optional<T> read_at(std::uint64_t address) const {
    const auto at = offset_of(address, sizeof(T));
    return at ? read<T>(*at) : std::nullopt;
  }
  // The PT_LOAD that has this memory, with all of `flags`.
  const Elf64_Phdr* find_load(std::uint64_t address,
                              std::uint64_t bytes,
                              std::uint32_t flags) const;

  const Elf64_Phdr* find_segment(std::uint32_t type) const;
  const Elf64_Shdr* find_section(std::uint32_t type) const;
  const Elf64_Shdr* find_section(std::string_view name) const;

  Elf64_Ehdr header{};
  std::vector<Elf64_Phdr> segments;
  std::vector<Elf64_Shdr> sections;

 private:
  std::string_view bytes_;
};

// The checks, one file each. Each returns what is wrong, empty when nothing is. They run in this
// order, and each may rely on those before it.
std::string find_damage_of_segments(const ElfFile& file);
std::string find_damage_of_sections(const ElfFile& file);
std::string find_damage_of_dynamic_section(const ElfFile& file);

// What the dynamic section says, once a tag; tags that a file lacks are absent.
class ElfDynamic {
 public:
  // False when it is not terminated, or says something twice.
  bool read(const ElfFile& file);
  std::optional<std::uint64_t> find(std::int64_t tag) const;
  std::uint64_t value(std::int64_t tag) const { return find(tag).value_or(0); }
  const std::vector<Elf64_Dyn>& entries() const { return entries_; }

 private:
  std::vector<Elf64_Dyn> entries_;
};

std::string find_damage_of_symbols(const ElfFile& file);
std::string find_damage_of_relocations(const ElfFile& file, const ElfDynamic& dynamic);

}  // namespace discern::plugin
