#pragma once

// A family: one descriptor, and the series with each combination of its label values.

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "metrics/distinct.hpp"
#include "metrics/instruments.hpp"
#include "metrics/name_index.hpp"
#include "metrics/series.hpp"
#include "metrics/topk.hpp"

namespace discern::metrics {

class Registry;

// The untyped half of a family. Thread-safe.
class FamilyBase {
 public:
  FamilyBase(Registry& registry, const Descriptor& descriptor);
  FamilyBase(const FamilyBase&) = delete;
  FamilyBase& operator=(const FamilyBase&) = delete;

  const Descriptor& descriptor() const { return descriptor_; }
  // The series with these label values, created on first use; wait-free when it exists and its
  // values need no cleaning. Beyond the family's max_series, or when the process has no cells left
  // (slab.hpp: kSlots), the one whose labels are all `other`.
  const Series& ensure(const LabelValues& values) {
    // The usual case, kept short: one label, whose value is the key.
    if (key_labels_ == 1 && values[0].size() <= kMaxLabelBytes) [[likely]] {
      if (const Series* found = index_.find(values[0], hash_key(values[0]))) return *found;
    }
    return ensure_joined(values);
  }

 protected:
  static std::uint32_t slot(const Series& series) { return series.slot_; }
  static void* state(const Series& series) { return series.state_; }
  void restart_all(HashKey key);
  void restart_one(const LabelValues& values, HashKey key);
  void zero_gauges();

 private:
  friend class Registry;
  const Series& ensure_joined(const LabelValues& values);
  const Series& ensure_slowly(const LabelValues& values);
  void restart(const Series& series, HashKey key);

  Registry& registry_;
  const Descriptor& descriptor_;
  const std::size_t key_labels_;
  NameIndex index_;
  // Guarded by the registry's mutex.
  const Series* first_ = nullptr;
  Series* last_ = nullptr;
  std::uint32_t size_ = 0;
  bool folded_before_ = false;
  HashKey key_;  // Distincts only.
};

// A family of one kind. Lives as long as its registry.
template <class Handle>
class Family : public FamilyBase {
 public:
  using FamilyBase::FamilyBase;

  // One value for each label; for a TopK, without the label that names the item.
  Handle with(std::string_view a = {}, std::string_view b = {}, std::string_view c = {}) {
    const Series& series = ensure({a, b, c});
    if constexpr (std::is_same_v<Handle, Gauge>) {
      return Gauge(static_cast<std::atomic<double>*>(state(series)));
    } else if constexpr (std::is_same_v<Handle, Distinct>) {
      return Distinct(static_cast<DistinctCell*>(state(series)));
    } else if constexpr (std::is_same_v<Handle, TopK>) {
      return TopK(static_cast<TopKCell*>(state(series)));
    } else {
      return Handle(slot(series));
    }
  }

  // Every series reads 0 until somebody sets it again.
  void zero() requires std::is_same_v<Handle, Gauge> { zero_gauges(); }
  // Begins a new period with a key of its own: every series forgets what it saw, unless its
  // restored total was made with this very key. Until the first call, a random key of this process
  // is used.
  void set_key(HashKey key) requires std::is_same_v<Handle, Distinct> { restart_all(key); }
  // The same for one series. The items of a TopK are not hashed: its key only tells periods apart.
  void restart(HashKey key,
               std::string_view a = {},
               std::string_view b = {},
               std::string_view c = {}) requires(std::is_same_v<Handle, Distinct> ||
                                                 std::is_same_v<Handle, TopK>) {
    restart_one({a, b, c}, key);
  }
};

}  // namespace discern::metrics
