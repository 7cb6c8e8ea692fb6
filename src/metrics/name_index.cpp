#include "metrics/name_index.hpp"

#include <cstdlib>

namespace discern::metrics {

NameIndex::NameIndex() {
  tables_.push_back(std::make_unique<Table>(16));
  current_.store(tables_.back().get(), std::memory_order_release);
}

void NameIndex::make_room() {
  const Table* table = tables_.back().get();
  if ((count_ + 1) * 2 <= table->entries.size()) return;
  auto larger = std::make_unique<Table>(table->entries.size() * 2);
  for (const Entry& entry : table->entries) {
    const std::uint64_t old = entry.load(std::memory_order_relaxed);
    if (old != 0) place(*larger, old, hash_key(series_of(old)->key()));
  }
  tables_.push_back(std::move(larger));
  current_.store(tables_.back().get(), std::memory_order_release);
}

void NameIndex::insert(const Series& series, std::uint64_t hash) {
  const auto address = reinterpret_cast<std::uint64_t>(&series);
  // Linux gives out higher addresses only to programs that ask for them.
  if (tag_of(address) != 0) std::abort();
  make_room();
  place(*tables_.back(), address | tag_of(hash), hash);
  ++count_;
}

std::size_t NameIndex::bytes() const {
  std::size_t bytes = 0;
  for (const auto& table : tables_) bytes += table->entries.size() * sizeof(Entry);
  return bytes;
}

void NameIndex::place(Table& table, std::uint64_t entry, std::uint64_t hash) {
  std::size_t i = hash & table.mask;
  while (table.entries[i].load(std::memory_order_relaxed) != 0) i = (i + 1) & table.mask;
  table.entries[i].store(entry, std::memory_order_release);
}

}  // namespace discern::metrics
