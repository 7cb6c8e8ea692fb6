#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace discern::plugin {

// A few names that are only ever added, read without a lock while others come.
class NameSet {
 public:
  // More than any plugin has commands; beyond it nothing is added.
  static constexpr std::size_t kMost = 4096;

  // Any thread, wait-free.
  bool contains(std::string_view name) const noexcept {
    // In this order: an array is published before the size that it is needed for.
    const std::size_t size = size_.load(std::memory_order_acquire);
    const std::string_view* names = names_.load(std::memory_order_acquire);
    return std::find(names, names + size, name) != names + size;
  }

  // One thread at a time.
  void add(std::string_view name) {
    const std::size_t size = size_.load(std::memory_order_relaxed);
    if (size == kMost || contains(name)) return;
    if (size == capacity_) {
      capacity_ = std::max<std::size_t>(8, capacity_ * 2);
      auto larger = std::make_unique<std::string_view[]>(capacity_);
      if (size > 0) std::copy_n(arrays_.back().get(), size, larger.get());
      names_.store(larger.get(), std::memory_order_release);
      arrays_.push_back(std::move(larger));
    }
    arrays_.back()[size] = texts_.emplace_back(name);
    size_.store(size + 1, std::memory_order_release);
  }

 private:
  std::deque<std::string> texts_;
  // Outgrown arrays are kept, because a reader may be inside one.
  std::vector<std::unique_ptr<std::string_view[]>> arrays_;
  std::size_t capacity_ = 0;
  std::atomic<const std::string_view*> names_{nullptr};
  std::atomic<std::size_t> size_{0};
};

}  // namespace discern::plugin
