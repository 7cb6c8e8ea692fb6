#pragma once

// One label set of one family, and the totals it brought along from earlier processes.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/buckets.hpp"
#include "metrics/descriptor.hpp"

namespace discern::metrics {

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

// A lifetime total as it is stored and restored: steps for counters, buckets for histograms.
struct Total {
  std::uint64_t steps = 0;
  HistogramTotal histogram;
  bool operator==(const Total&) const = default;
};

// Immutable but for its cells. Owned by the Registry, at the same address as long as that lives.
class Series {
 public:
  Series(std::uint32_t id, const Descriptor& family, std::string key);

  // Dense, in order of creation: the index of its value in every Snapshot.
  std::uint32_t id() const { return id_; }
  const Descriptor& family() const { return *family_; }
  // The label values joined by kKeySeparator: unique within the family.
  std::string_view key() const { return std::string_view(text_).substr(0, key_size_); }
  std::string_view label(std::size_t i) const;
  // `{command="ping"}`, escaped for Prometheus, or nothing when the family has no labels.
  std::string_view labels_text() const { return std::string_view(text_).substr(key_size_); }

  // Lifetime total before this process; null when there was none.
  const Total* base() const { return base_.get(); }

 private:
  friend class Registry;
  friend class FamilyBase;
  friend class Snapshot;

  std::uint32_t id_;
  std::uint32_t slot_ = 0;   // Counters and histograms.
  std::uint32_t place_ = 0;  // Histograms: index among the histograms of a Snapshot.
  std::uint32_t key_size_;
  std::uint64_t hash_ = 0;
  const Descriptor* family_;
  std::atomic<double>* gauge_ = nullptr;
  std::string text_;
  std::unique_ptr<const Total> base_;
};

// Joins label values to a key. Invalid UTF-8 becomes U+FFFD, control characters a space, and values
// are cut at kMaxLabelBytes.
std::string make_key(const Descriptor& family, const LabelValues& values);

}  // namespace discern::metrics
