#pragma once

// One label set of one family, and the totals it brought along from earlier processes.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/buckets.hpp"
#include "metrics/descriptor.hpp"
#include "metrics/space_saving.hpp"

namespace discern::metrics {

class TextArena;

// Separates label values in a key; label values hold no control characters.
inline constexpr char kKeySeparator = '\x1f';
// Longer label values are cut, at a character's edge.
inline constexpr std::size_t kMaxLabelBytes = 128;

using LabelValues = std::array<std::string_view, kMaxLabels>;

// What a histogram counted.
struct HistogramTotal {
  std::uint64_t zero = 0;
  double sum = 0;
  std::vector<Bucket> buckets;  // Ascending.

  std::uint64_t count() const;
  bool operator==(const HistogramTotal&) const = default;
};

// The state of a Distinct.
struct DistinctTotal {
  std::string registers;  // kRegisters bytes, or nothing.
  bool operator==(const DistinctTotal&) const = default;
};

// A lifetime total as it is stored and restored: steps for counters, buckets for histograms, the
// whole state for Distinct and TopK.
struct Total {
  std::uint64_t steps = 0;
  // Distinct and TopK: keyed_hash.hpp, tag_of the key of the period they count in; 0 for a TopK
  // that has none. Only a total of the same period can be continued.
  std::uint64_t key_tag = 0;
  HistogramTotal histogram = {};
  DistinctTotal distinct = {};
  TopKTotal topk = {};
  bool operator==(const Total&) const = default;
};

// Immutable but for its cells. Owned by the Registry, at the same address as long as that lives.
class Series {
 public:
  // `key` as make_key makes it. The texts go to `texts`, which must live as long.
  Series(std::uint32_t id, const Descriptor& family, std::string_view key, TextArena& texts);

  // Dense, in order of creation: the index of its value in every Snapshot.
  std::uint32_t id() const { return id_; }
  const Descriptor& family() const { return *family_; }
  // The label values joined by kKeySeparator: unique within the family.
  std::string_view key() const { return {text_ + key_at_, key_size_}; }
  std::string_view label(std::size_t i) const;
  // `{command="ping"}`, escaped for Prometheus, or nothing when the family has no labels.
  std::string_view labels_text() const { return {text_ + labels_at_, labels_size_}; }

  // Lifetime total before this process; null when there was none. A Distinct and a TopK continue
  // theirs, so it is part of what they hold already.
  const Total* base() const { return base_.get(); }

 private:
  friend class Registry;
  friend class FamilyBase;
  friend class Snapshot;

  std::uint32_t id_;
  std::uint32_t slot_ = 0;  // Counters and histograms.
  std::uint32_t place_ =
      0;  // Index among the series of its kind in a Snapshot; not counters, gauges.
  std::uint16_t key_at_ = 0;
  std::uint16_t key_size_ = 0;
  std::uint16_t labels_at_ = 0;
  std::uint16_t labels_size_ = 0;
  const char* text_ = "";
  const Descriptor* family_;
  void* state_ = nullptr;         // Gauge, Distinct and TopK: their cell.
  const Series* next_ = nullptr;  // In the same family, in order of creation.
  std::unique_ptr<const Total> base_;
};

// Joins label values to a key. Invalid UTF-8 becomes U+FFFD, control characters a space, and values
// are cut at kMaxLabelBytes.
std::string make_key(const Descriptor& family, const LabelValues& values);

// A label value as it is stored: the same rules for one value.
std::string clean_label(std::string_view value);

// Appends `value` escaped for a quoted label of the Prometheus text formats.
void append_escaped(std::string& out, std::string_view value);

}  // namespace discern::metrics
