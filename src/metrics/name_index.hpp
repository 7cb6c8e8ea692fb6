#pragma once

// Key to series, read without a lock while others are added.

#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "metrics/series.hpp"

namespace discern::metrics {

// Multiplies and folds, eight bytes at a time: names are short, and this is most of a look-up's
// cost. Folding the upper half of the product down is what makes each bit of the name move the low
// bits of the hash, which choose the place. Not keyed: the cap of a family bounds what chosen
// collisions cost.
inline std::uint64_t hash_key(std::string_view key) noexcept {
  __extension__ using Wide = unsigned __int128;
  const auto fold = [](std::uint64_t a, std::uint64_t b) {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
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
  constexpr std::uint64_t kFirst = 0xA0761D6478BD642Full;
  constexpr std::uint64_t kSecond = 0xE7037ED1A0B428DBull;
  const char* p = key.data();
  const std::size_t size = key.size();
  std::uint64_t h = size * kSecond;
  std::uint64_t tail = 0;
  // The last word overlaps the one before; reading a tail of unknown length costs more.
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8) h = fold(h ^ word(p + i), kFirst);
    tail = word(p + size - 8);
  } else if (size >= 4) {
    tail = half(p) << 32 | half(p + size - 4);
  } else if (size > 0) {
    const auto byte = [&](std::size_t i) {
      return std::uint64_t{static_cast<unsigned char>(p[i])};
    };
    tail = byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
  }
  return fold(h ^ tail, kSecond);
}

// A call of memcmp costs more than comparing a name does.
inline bool same_key(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  std::size_t left = a.size();
  const char* p = a.data();
  const char* q = b.data();
  const auto differ = [](const char* x, const char* y) {
    std::uint64_t u;
    std::uint64_t v;
    std::memcpy(&u, x, 8);
    std::memcpy(&v, y, 8);
    return u != v;
  };
  if (left < 8) {
    for (; left > 0; --left) {
      if (p[left - 1] != q[left - 1]) return false;
    }
    return true;
  }
  for (; left > 8; left -= 8, p += 8, q += 8) {
    if (differ(p, q)) return false;
  }
  return !differ(a.data() + a.size() - 8, b.data() + b.size() - 8);
}

// Open addressing over an array that is published through an atomic pointer. Outgrown arrays are
// kept until the end, because a reader may be inside one; together they are no larger than the
// last. At most half of an array is in use.
//
// find: any thread, wait-free. insert, make_room: one thread at a time (the registry's mutex).
class NameIndex {
 public:
  NameIndex();

  // `hash` is hash_key(key).
  const Series* find(std::string_view key, std::uint64_t hash) const noexcept {
    const Table* table = current_.load(std::memory_order_acquire);
    const Entry* entries = table->entries.data();
    for (std::size_t i = hash & table->mask;; i = (i + 1) & table->mask) {
      const std::uint64_t entry = entries[i].load(std::memory_order_acquire);
      if (entry == 0) return nullptr;
      if (tag_of(entry) == tag_of(hash) && same_key(series_of(entry)->key(), key)) {
        return series_of(entry);
      }
    }
  }
  void insert(const Series& series, std::uint64_t hash);
  // Afterwards the next insert needs no memory.
  void make_room();
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
  static constexpr std::uint64_t kPointer = (std::uint64_t{1} << 48) - 1;
  // The low bits of the hash choose the place, so the high ones make the tag.
  static std::uint64_t tag_of(std::uint64_t hash) { return hash & ~kPointer; }
  static const Series* series_of(std::uint64_t entry) {
    return reinterpret_cast<const Series*>(entry & kPointer);
  }
  static void place(Table& table, std::uint64_t entry, std::uint64_t hash);

  std::vector<std::unique_ptr<Table>> tables_;
  std::atomic<const Table*> current_;
  std::size_t count_ = 0;
};

}  // namespace discern::metrics
