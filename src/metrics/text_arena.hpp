#pragma once

// Small texts that live as long as their owner, without an allocation each.

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace discern::metrics {

// Not thread-safe. What `keep` returns stays where it is until the arena goes.
class TextArena {
 public:
  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    if (text.size() > left_) grow(text.size());
    char* begin = next_;
    std::memcpy(begin, text.data(), text.size());
    next_ += text.size();
    left_ -= text.size();
    return {begin, text.size()};
  }
  std::size_t bytes() const { return bytes_; }

 private:
  void grow(std::size_t wanted) {
    // Doubling from small, so that a registry of ten series stays small too.
    const std::size_t doubled = bytes_ < kLargest ? bytes_ : kLargest;
    std::size_t size = wanted > doubled ? wanted : doubled;
    if (size < kSmallest) size = kSmallest;
    // Without memory the arena stays as it was.
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    next_ = chunks_.back().get();
    left_ = size;
    bytes_ += size;
  }

  static constexpr std::size_t kSmallest = 1024;
  static constexpr std::size_t kLargest = 64 * 1024;
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace discern::metrics
