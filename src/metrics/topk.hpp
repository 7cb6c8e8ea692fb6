#pragma once

// Handle that counts the busiest of many items in fixed memory.

#include <cstdint>
#include <mutex>
#include <string_view>

#include "metrics/space_saving.hpp"

namespace discern::metrics {

// What a TopK handle points to; the registry's.
class TopKCell {
 public:
  // Tracks several times the items that it shows, because the error falls with the capacity.
  explicit TopKCell(std::uint32_t top) : items_(capacity_for(top)) {}

  void add(std::string_view item, std::uint64_t n);
  // `item` is what clean_label leaves as it is.
  void add_clean(std::string_view item, std::uint64_t n);
  void merge(const TopKTotal& state);
  // Forgets everything; what is counted from now on belongs to the period of that tag.
  void restart(std::uint64_t tag);
  std::uint64_t tag() const;
  // Calls `read` with the items and the tag while nobody counts.
  template <class Read>
  void read(Read&& read) const {
    const std::lock_guard lock(mutex_);
    read(items_, tag_);
  }
  static std::size_t capacity_for(std::uint32_t top) { return top < 8 ? 64 : std::size_t{top} * 8; }

 private:
  mutable std::mutex mutex_;
  SpaceSaving items_;
  std::uint64_t tag_ = 0;  // series.hpp: Total::key_tag.
};

// Cheap to copy, safe from every thread; the registry must live. Takes a mutex of its own, so it is
// for streams of thousands a second, not millions: about 50 ns for an item that is tracked.
class TopK {
 public:
  TopK() = default;
  explicit TopK(TopKCell* cell) : cell_(cell) {}

  // Items follow the rules of label values: cut at kMaxLabelBytes, made valid UTF-8 without control
  // characters.
  void add(std::string_view item, std::uint64_t n = 1) const {
    if (cell_ != nullptr) cell_->add(item, n);
  }
  // A snowflake, shown as decimal.
  void add_id(std::uint64_t id, std::uint64_t n = 1) const;

 private:
  TopKCell* cell_ = nullptr;
};

}  // namespace discern::metrics
