#pragma once

// All series at one instant: the only value that crosses from producers to consumers.

#include <boost/intrusive_ptr.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "metrics/series.hpp"

namespace discern::metrics {

class Registry;

// Something that happened between two snapshots and is worth a mark on every chart.
struct Event {
  SystemTime time;
  std::string kind;  // start, stop, load, reload, enable, disable, resume, ...
  std::string text;  // One short sentence without personal data.
};

// The series of one family, in order of creation.
struct FamilySeries {
  const Descriptor* family;
  std::vector<const Series*> series;
};
// Sorted by family name. Shared by all snapshots until a series is added.
using Layout = std::vector<FamilySeries>;

// What one histogram holds; points into its Snapshot.
struct HistogramView {
  std::uint64_t count = 0;
  std::uint64_t zero = 0;
  double sum = 0;
  std::span<const Bucket> buckets;
};

// What is known of one item of a TopK: count <= true count <= count + error.
struct TopKItem {
  std::string_view item;
  std::uint64_t count = 0;
  std::uint64_t error = 0;
};

// What one TopK holds; points into its Snapshot.
struct TopKView {
  std::uint64_t total = 0;          // Exact.
  std::span<const TopKItem> items;  // All that are tracked, by falling count.

  std::span<const TopKItem> top(std::size_t n) const {
    return items.first(std::min(n, items.size()));
  }
  // The total without the first n items: with them it adds up to the total exactly.
  std::uint64_t other(std::size_t n) const;
};

// One observation of a histogram that leads to what happened.
struct Exemplar {
  std::uint32_t series = 0;  // Id of its histogram.
  std::string labels;        // `{trace_id="abc"}`.
  double value = 0;
  SystemTime time;
};

// Immutable once made, safe to read from every thread. Must not outlive its Registry.
//
// Two kinds of total: `value`, `steps` and `histogram` began at 0 with this process (for
// exporters); the `lifetime_` ones add what earlier processes counted. A Distinct and a TopK have
// one state only, which goes on from process to process.
class Snapshot {
 public:
  SystemTime time() const { return time_; }
  SteadyTime steady_time() const { return steady_time_; }
  SystemTime process_start() const { return process_start_; }
  // Counts up by one with each snapshot of a registry.
  std::uint64_t sequence() const { return sequence_; }
  std::span<const Event> events() const { return events_; }
  const Layout& layout() const { return *layout_; }
  // Series with an id below this are in this snapshot.
  std::size_t series_count() const { return values_.size(); }
  const FamilySeries* find_family(std::string_view name) const;

  // In the family's unit. For histograms the sum, for Distinct the estimate, for TopK the total.
  // NaN for a gauge that nothing has set yet: unknown, which no consumer may show as 0.
  double value(const Series& series) const;
  double lifetime_value(const Series& series) const;
  // Counters only.
  std::uint64_t steps(const Series& series) const { return values_[series.id_]; }
  std::uint64_t lifetime_steps(const Series& series) const;
  // Histograms only.
  HistogramView histogram(const Series& series) const;
  HistogramTotal lifetime_histogram(const Series& series) const;
  // The octaves' newest examples, by rising value. Histograms only.
  std::span<const Exemplar> exemplars(const Series& series) const;
  // TopK only.
  TopKView topk(const Series& series) const;
  // Distinct only: the kRegisters registers.
  std::span<const std::uint8_t> registers(const Series& series) const;

  // The whole lifetime state, as Registry::restore takes it. Nothing for gauges.
  Total lifetime_total(const Series& series) const;

  // What was counted after `before`, an older snapshot of the same registry, in which the series
  // may not have existed. Counters only; histograms only.
  std::uint64_t steps_since(const Snapshot& before, const Series& series) const;
  HistogramTotal histogram_since(const Snapshot& before, const Series& series) const;

  // Sum over the family's series that are known; 0 when there is none.
  double lifetime_sum(std::string_view family) const;

  // Memory of the values, room for growth included.
  std::size_t bytes() const;

 private:
  friend class Registry;
  struct StoredHistogram {
    std::uint64_t count;
    std::uint64_t zero;
    double sum;
    std::uint32_t first_bucket;
    std::uint32_t bucket_count;
  };
  struct StoredTopK {
    std::uint64_t total;
    std::uint64_t key_tag;
    std::uint32_t first_item;
    std::uint32_t item_count;
  };
  friend void intrusive_ptr_add_ref(const Snapshot* snapshot) noexcept {
    snapshot->references_.fetch_add(1, std::memory_order_relaxed);
  }
  friend void intrusive_ptr_release(const Snapshot* snapshot) noexcept;

  mutable std::atomic<std::uint32_t> references_{0};
  Registry* owner_ = nullptr;
  SystemTime time_;
  SteadyTime steady_time_;
  SystemTime process_start_;
  std::uint64_t sequence_ = 0;
  std::vector<Event> events_;
  std::shared_ptr<const Layout> layout_;
  // By series id: steps of counters and TopKs, bits of gauges and estimates; unused for histograms.
  std::vector<std::uint64_t> values_;
  std::vector<StoredHistogram> histograms_;
  std::vector<Bucket> buckets_;
  std::vector<std::uint8_t> registers_;
  std::vector<std::uint64_t> key_tags_;  // Of the Distincts, by place.
  std::vector<StoredTopK> topks_;
  std::vector<TopKItem> items_;
  std::string item_names_;
  std::vector<Exemplar> exemplars_;  // By series id, then by value.
};

// Given back to the registry's pool when the last reference goes, so that steady ticks allocate
// nothing.
using SnapshotPtr = boost::intrusive_ptr<const Snapshot>;

}  // namespace discern::metrics
