#pragma once

// All series at one instant: the only value that crosses from producers to consumers.

#include <boost/intrusive_ptr.hpp>

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

// Immutable once made, safe to read from every thread. Must not outlive its Registry.
//
// Two kinds of total: `value`, `steps` and `histogram` began at 0 with this process (for
// exporters); the `lifetime_` ones add what earlier processes counted.
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

  // In the family's unit. For histograms, the sum.
  double value(const Series& series) const;
  double lifetime_value(const Series& series) const;
  // Counters only.
  std::uint64_t steps(const Series& series) const { return values_[series.id_]; }
  std::uint64_t lifetime_steps(const Series& series) const;
  // Histograms only.
  HistogramView histogram(const Series& series) const;
  HistogramTotal lifetime_histogram(const Series& series) const;

  // Sum over the family's series; 0 when there is no such family.
  double lifetime_sum(std::string_view family) const;

 private:
  friend class Registry;
  struct StoredHistogram {
    std::uint64_t count;
    std::uint64_t zero;
    double sum;
    std::uint32_t first_bucket;
    std::uint32_t bucket_count;
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
  // By series id: steps of counters, bits of gauges; unused for histograms.
  std::vector<std::uint64_t> values_;
  std::vector<StoredHistogram> histograms_;
  std::vector<Bucket> buckets_;
};

// Given back to the registry's pool when the last reference goes, so that steady ticks allocate
// nothing.
using SnapshotPtr = boost::intrusive_ptr<const Snapshot>;

}  // namespace discern::metrics
