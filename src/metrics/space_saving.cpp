#include "metrics/space_saving.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace discern::metrics {

SpaceSaving::SpaceSaving(std::size_t capacity) : capacity_(capacity) {
  if (capacity == 0) throw std::invalid_argument("a SpaceSaving needs a capacity");
  entries_.reserve(capacity);
  heap_.reserve(capacity);
  position_.reserve(capacity);
  index_.reserve(capacity);
}

void SpaceSaving::add(std::string_view item, std::uint64_t n) {
  if (n == 0) return;
  total_ += n;
  count(item, n, 0);
}

void SpaceSaving::clear() {
  total_ = 0;
  index_.clear();
  entries_.clear();
  heap_.clear();
  position_.clear();
}

void SpaceSaving::merge(const TopKTotal& state) {
  std::vector<const TopKEntry*> order;
  for (const TopKEntry& entry : state.entries) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const TopKEntry* a, const TopKEntry* b) {
    return a->count > b->count;
  });
  if (order.size() > capacity_) order.resize(capacity_);
  total_ += state.total;
  for (const TopKEntry* entry : order) {
    if (entry->count > 0) count(entry->item, entry->count, std::min(entry->error, entry->count));
  }
}

std::size_t SpaceSaving::bytes() const {
  // An item of an unordered_map costs a node of four words and a bucket.
  constexpr std::size_t kEach = sizeof(TopKEntry) + 2 * sizeof(std::uint32_t) + 5 * sizeof(void*);
  return sizeof *this + capacity_ * kEach;
}

void SpaceSaving::count(std::string_view item, std::uint64_t n, std::uint64_t error) {
  if (const auto found = index_.find(item); found != index_.end()) {
    TopKEntry& entry = entries_[found->second];
    entry.count += n;
    entry.error += error;
    sift_down(position_[found->second]);
    return;
  }
  if (entries_.size() < capacity_) {
    const auto added = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({std::string(item), n, error});
    heap_.push_back(added);
    position_.push_back(added);
    index_.emplace(entries_.back().item, added);
    sift_up(heap_.size() - 1);
    return;
  }
  // The least frequent one makes room, and its count becomes the newcomer's possible error.
  const std::uint32_t least = heap_.front();
  TopKEntry& entry = entries_[least];
  auto node = index_.extract(entry.item);
  entry.error = entry.count + error;
  entry.count += n;
  entry.item.assign(item);
  node.key() = entry.item;
  index_.insert(std::move(node));
  sift_down(0);
}

void SpaceSaving::sift_down(std::size_t at) {
  const std::uint32_t moving = heap_[at];
  const std::uint64_t count = entries_[moving].count;
  while (true) {
    std::size_t child = at * 2 + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() &&
        entries_[heap_[child + 1]].count < entries_[heap_[child]].count) {
      ++child;
    }
    if (entries_[heap_[child]].count >= count) break;
    put(at, heap_[child]);
    at = child;
  }
  put(at, moving);
}

void SpaceSaving::sift_up(std::size_t at) {
  const std::uint32_t moving = heap_[at];
  while (at > 0) {
    const std::size_t parent = (at - 1) / 2;
    if (entries_[heap_[parent]].count <= entries_[moving].count) break;
    put(at, heap_[parent]);
    at = parent;
  }
  put(at, moving);
}

void SpaceSaving::put(std::size_t at, std::uint32_t entry) {
  heap_[at] = entry;
  position_[entry] = static_cast<std::uint32_t>(at);
}

}  // namespace discern::metrics
