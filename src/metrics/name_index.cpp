#include "metrics/name_index.hpp"

#include <cstring>

#include "metrics/series.hpp"

namespace discern::metrics {

std::uint64_t hash_key(std::string_view key) noexcept {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ull;
  std::uint64_t h = key.size() * kOdd;
  const char* p = key.data();
  std::size_t left = key.size();
  while (left >= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    h = (h ^ word) * kOdd;
    h ^= h >> 29;
    p += 8;
    left -= 8;
  }
  std::uint64_t tail = 0;
  if (left > 0) std::memcpy(&tail, p, left);
  h = (h ^ tail) * kOdd;
  return h ^ (h >> 32);
}

NameIndex::NameIndex() {
  tables_.push_back(std::make_unique<Table>(16));
  current_.store(tables_.back().get(), std::memory_order_release);
}

const Series* NameIndex::find(std::string_view key, std::uint64_t hash) const noexcept {
  const Table* table = current_.load(std::memory_order_acquire);
  for (std::size_t i = hash & table->mask;; i = (i + 1) & table->mask) {
    const Entry& entry = table->entries[i];
    const Series* series = entry.series.load(std::memory_order_acquire);
    if (series == nullptr) return nullptr;
    if (entry.hash.load(std::memory_order_relaxed) == hash && series->key() == key) return series;
  }
}

void NameIndex::insert(const Series& series, std::uint64_t hash) {
  Table* table = tables_.back().get();
  if ((count_ + 1) * 2 > table->entries.size()) {
    auto larger = std::make_unique<Table>(table->entries.size() * 2);
    for (const Entry& entry : table->entries) {
      if (const Series* old = entry.series.load(std::memory_order_relaxed)) {
        place(*larger, *old, entry.hash.load(std::memory_order_relaxed));
      }
    }
    table = larger.get();
    tables_.push_back(std::move(larger));
  }
  place(*table, series, hash);
  ++count_;
  current_.store(table, std::memory_order_release);
}

void NameIndex::place(Table& table, const Series& series, std::uint64_t hash) {
  std::size_t i = hash & table.mask;
  while (table.entries[i].series.load(std::memory_order_relaxed) != nullptr) {
    i = (i + 1) & table.mask;
  }
  table.entries[i].hash.store(hash, std::memory_order_relaxed);
  table.entries[i].series.store(&series, std::memory_order_release);
}

}  // namespace discern::metrics
