#pragma once

// Key to series, read without a lock while others are added.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace discern::metrics {

class Series;

// Multiply-hash, eight bytes at a time: names are short, and this is most of a look-up's cost.
std::uint64_t hash_key(std::string_view key) noexcept;

// Open addressing over an array that is published through an atomic pointer. Outgrown arrays are
// kept until the end, because a reader may be inside one; together they are no larger than the
// last.
//
// find: any thread, wait-free. insert: one thread at a time (the registry's mutex).
class NameIndex {
 public:
  NameIndex();

  const Series* find(std::string_view key, std::uint64_t hash) const noexcept;
  void insert(const Series& series, std::uint64_t hash);

 private:
  struct Entry {
    std::atomic<std::uint64_t> hash{0};
    std::atomic<const Series*> series{nullptr};
  };
  struct Table {
    explicit Table(std::size_t size) : mask(size - 1), entries(size) {}
    std::size_t mask;
    std::vector<Entry> entries;
  };
  static void place(Table& table, const Series& series, std::uint64_t hash);

  std::vector<std::unique_ptr<Table>> tables_;
  std::atomic<const Table*> current_;
  std::size_t count_ = 0;
};

}  // namespace discern::metrics
