#pragma once

// Key to series, read without a lock while others are added.

#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace discern::metrics {

class Series;

// Multiply-hash, eight bytes at a time: names are short, and this is most of a look-up's cost. Not
// keyed: the cap of each family bounds what chosen collisions can cost.
inline std::uint64_t hash_key(std::string_view key) noexcept {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ull;
  const auto word = [](const char* p) {
    std::uint64_t w;
    std::memcpy(&w, p, 8);
    return w;
  };
  const auto half = [](const char* p) {
    std::uint32_t w;
    std::memcpy(&w, p, 4);
    return std::uint64_t{w};
  };
  const char* p = key.data();
  const std::size_t size = key.size();
  std::uint64_t h = size * kOdd;
  std::uint64_t tail = 0;
  // The last word overlaps the one before; reading a tail of unknown length costs more.
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8) {
      h = (h ^ word(p + i)) * kOdd;
      h ^= h >> 29;
    }
    tail = word(p + size - 8);
  } else if (size >= 4) {
    tail = half(p) << 32 | half(p + size - 4);
  } else if (size > 0) {
    const auto byte = [&](std::size_t i) {
      return std::uint64_t{static_cast<unsigned char>(p[i])};
    };
    tail = byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
  }
  h = (h ^ tail) * kOdd;
  return h ^ (h >> 32);
}

// Open addressing over an array that is published through an atomic pointer. Outgrown arrays are
// kept until the end, because a reader may be inside one; together they are no larger than the
// last. At most half of an array is in use.
//
// find: any thread, wait-free. insert: one thread at a time (the registry's mutex).
class NameIndex {
 public:
  NameIndex();

  // `hash` is hash_key(key).
  const Series* find(std::string_view key, std::uint64_t hash) const noexcept;
  void insert(const Series& series, std::uint64_t hash);
  std::size_t bytes() const;

 private:
  // A pointer to a series in the low 48 bits, 16 bits of its hash above them; 0 when free. One
  // word, so that one load gives both, and so that an index costs 16 to 32 bytes a series.
  using Entry = std::atomic<std::uint64_t>;
  struct Table {
    explicit Table(std::size_t size) : mask(size - 1), entries(size) {}
    std::size_t mask;
    std::vector<Entry> entries;
  };
  static void place(Table& table, std::uint64_t entry, std::uint64_t hash);

  std::vector<std::unique_ptr<Table>> tables_;
  std::atomic<const Table*> current_;
  std::size_t count_ = 0;
};

}  // namespace discern::metrics
