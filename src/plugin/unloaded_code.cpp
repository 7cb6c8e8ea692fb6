#include "plugin/unloaded_code.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <mutex>

namespace discern::plugin {
namespace {

struct Place {
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::uintptr_t> end{0};  // 0 while it is written.
  char id[40] = {};
  bool reserved = false;
};

// Signal handlers read it.
std::array<Place, 64> places;
std::mutex writing;
std::size_t next_place = 0;  // Guarded by writing.

}  // namespace

void remember_unloaded(std::uintptr_t begin, std::size_t size, std::string_view plugin) {
  const std::lock_guard lock(writing);
  Place& place = places[next_place++ % places.size()];
  const std::uintptr_t old_end = place.end.exchange(0);
  if (place.reserved) ::munmap(reinterpret_cast<void*>(place.begin.load()), old_end - place.begin);
  void* wanted = reinterpret_cast<void*>(begin);
  void* mapped = ::mmap(wanted,
                        size,
                        PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
                        -1,
                        0);
  place.reserved = mapped == wanted;
  // An old kernel takes the address for a hint.
  if (mapped != MAP_FAILED && !place.reserved) ::munmap(mapped, size);
  const std::size_t length = std::min(plugin.size(), sizeof place.id - 1);
  std::memcpy(place.id, plugin.data(), length);
  place.id[length] = '\0';
  place.begin = begin;
  place.end = begin + size;
}

bool find_unloaded(std::uintptr_t code, char* id, std::size_t room) noexcept {
  for (const Place& place : places) {
    if (code < place.begin || code >= place.end) continue;
    std::size_t i = 0;
    for (; i + 1 < room && place.id[i] != '\0'; ++i) id[i] = place.id[i];
    id[i] = '\0';
    return true;
  }
  return false;
}

}  // namespace discern::plugin
