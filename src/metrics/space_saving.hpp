#pragma once

// The most frequent items of a stream in fixed memory: Space-Saving (Metwally, Agrawal and
// El Abbadi, 2005). Not thread-safe.
//
// With capacity m and N counted in all, for every tracked item:
//   count - error <= true count <= count, and error <= N / m;
// every item with a true count above N / m is tracked; and the counts of all tracked items add up
// to N exactly, until items are restored.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace discern::metrics {

struct TopKEntry {
  std::string item;
  std::uint64_t count = 0;  // At least the true count.
  std::uint64_t error = 0;  // By at most this much too high.
  bool operator==(const TopKEntry&) const = default;
};

// The whole state, as it is stored and restored.
struct TopKTotal {
  std::uint64_t total = 0;  // Everything counted, exactly.
  std::vector<TopKEntry> entries;
  bool operator==(const TopKTotal&) const = default;
};

class SpaceSaving {
 public:
  // Throws std::invalid_argument when capacity is 0.
  explicit SpaceSaving(std::size_t capacity);
  SpaceSaving(const SpaceSaving&) = delete;
  SpaceSaving& operator=(const SpaceSaving&) = delete;

  // Constant time for a tracked item that stays among the frequent ones, else logarithmic in the
  // capacity.
  void add(std::string_view item, std::uint64_t n);
  void clear();
  // Whether `item` is tracked now.
  bool tracks(std::string_view item) const { return index_.contains(item); }

  // Counts `state` on top, the most frequent entries first when they are more than the capacity.
  // What then has no place stays in the total.
  void merge(const TopKTotal& state);

  std::uint64_t total() const { return total_; }
  std::size_t capacity() const { return capacity_; }
  std::size_t bytes() const;
  // In no order.
  const std::vector<TopKEntry>& entries() const { return entries_; }

 private:
  void count(std::string_view item, std::uint64_t n, std::uint64_t error);
  void sift_down(std::size_t at);
  void sift_up(std::size_t at);
  void put(std::size_t at, std::uint32_t entry);

  const std::size_t capacity_;
  std::uint64_t total_ = 0;
  std::vector<TopKEntry> entries_;       // Never reallocated: index_ points into the items.
  std::vector<std::uint32_t> heap_;      // Entries, the smallest count first.
  std::vector<std::uint32_t> position_;  // Of each entry in heap_.
  std::unordered_map<std::string_view, std::uint32_t> index_;
};

}  // namespace discern::metrics
