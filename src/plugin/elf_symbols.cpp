#include "plugin/elf_symbols.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <initializer_list>

namespace discern::plugin {
namespace {

// A file in memory whose every read is checked: it may be damaged, or half written.
class Image {
 public:
  explicit Image(const char* file) noexcept {
    const int fd = ::open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    struct stat status {};
    if (::fstat(fd, &status) == 0 && status.st_size > 0) {
      const auto bytes = static_cast<std::size_t>(status.st_size);
      void* mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
      if (mapped != MAP_FAILED) {
        data_ = static_cast<const char*>(mapped);
        size_ = bytes;
      }
    }
    ::close(fd);
  }
  ~Image() {
    if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
  }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  template <class Struct>
  bool read(std::uint64_t at, Struct& into) const noexcept {
    if (at > size_ || sizeof into > size_ - at) return false;
    std::memcpy(&into, data_ + at, sizeof into);
    return true;
  }
  // The text at `at`, cut to the room, terminated.
  void copy_text(std::uint64_t at, char* to, std::size_t room) const noexcept {
    std::size_t i = 0;
    for (; i + 1 < room && at + i < size_ && data_[at + i] != '\0'; ++i) to[i] = data_[at + i];
    to[i] = '\0';
  }

 private:
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

bool find_in_table(const Image& image,
                   const Elf64_Shdr& table,
                   const Elf64_Shdr& names,
                   std::uintptr_t address,
                   ElfSymbol& found) noexcept {
  const std::uint64_t count = table.sh_size / sizeof(Elf64_Sym);
  for (std::uint64_t i = 0; i < count; ++i) {
    Elf64_Sym symbol;
    if (!image.read(table.sh_offset + i * sizeof symbol, symbol)) return false;
    if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF) continue;
    if (address < symbol.st_value || address - symbol.st_value >= symbol.st_size) continue;
    image.copy_text(names.sh_offset + symbol.st_name, found.name, sizeof found.name);
    found.offset = address - symbol.st_value;
    return found.name[0] != '\0';
  }
  return false;
}

}  // namespace

bool find_symbol(const char* file, std::uintptr_t address, ElfSymbol& found) noexcept {
  const Image image(file);
  Elf64_Ehdr header;
  if (!image.read(0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return false;
  // The full table first; a stripped file has only that of its exported symbols.
  for (const std::uint32_t wanted : {std::uint32_t{SHT_SYMTAB}, std::uint32_t{SHT_DYNSYM}}) {
    for (std::uint16_t i = 0; i < header.e_shnum; ++i) {
      Elf64_Shdr table;
      Elf64_Shdr names;
      if (!image.read(header.e_shoff + i * sizeof table, table)) return false;
      if (table.sh_type != wanted) continue;
      if (!image.read(header.e_shoff + table.sh_link * sizeof names, names)) continue;
      if (find_in_table(image, table, names, address, found)) return true;
    }
  }
  return false;
}

}  // namespace discern::plugin
