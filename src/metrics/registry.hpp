#pragma once

// Creates and owns every family; the only shared mutable state between producers and the tick.

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "metrics/instruments.hpp"
#include "metrics/name_index.hpp"
#include "metrics/snapshot.hpp"

namespace discern::metrics {

// The untyped half of a family. Thread-safe.
class FamilyBase {
 public:
  FamilyBase(Registry& registry, const Descriptor& descriptor)
      : registry_(registry), descriptor_(descriptor) {}
  FamilyBase(const FamilyBase&) = delete;
  FamilyBase& operator=(const FamilyBase&) = delete;

  const Descriptor& descriptor() const { return descriptor_; }
  // The series with these label values, created on first use; wait-free when it exists. Beyond the
  // family's max_series, the one whose labels are all `other`.
  const Series& ensure(const LabelValues& values);

 protected:
  static std::uint32_t slot(const Series& series) { return series.slot_; }
  static std::atomic<double>* gauge(const Series& series) { return series.gauge_; }

 private:
  friend class Registry;
  const Series& ensure_slowly(const LabelValues& values);

  Registry& registry_;
  const Descriptor& descriptor_;
  NameIndex index_;
  // Guarded by the registry's mutex.
  std::vector<const Series*> series_;
  bool folded_before_ = false;
};

// A family of counters, gauges or histograms. Lives as long as its registry.
template <class Handle>
class Family : public FamilyBase {
 public:
  using FamilyBase::FamilyBase;
  Handle with(std::string_view a = {}, std::string_view b = {}, std::string_view c = {}) {
    const Series& series = ensure({a, b, c});
    if constexpr (std::is_same_v<Handle, Gauge>) {
      return Gauge(gauge(series));
    } else {
      return Handle(slot(series));
    }
  }
};

// Every member is safe to call from every thread, except `snapshot`, which one thread calls.
class Registry {
 public:
  explicit Registry(SystemTime process_start);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The family of that name, declared on first use. A second declaration must agree in kind and
  // labels; asking for another kind throws std::logic_error.
  Family<Counter>& counters(const Descriptor& descriptor);
  Family<Gauge>& gauges(const Descriptor& descriptor);
  Family<Histogram>& histograms(const Descriptor& descriptor);

  // The only series of a family without labels, or one of several.
  Counter counter(const Descriptor& d,
                  std::string_view a = {},
                  std::string_view b = {},
                  std::string_view c = {}) {
    return counters(d).with(a, b, c);
  }
  Gauge gauge(const Descriptor& d,
              std::string_view a = {},
              std::string_view b = {},
              std::string_view c = {}) {
    return gauges(d).with(a, b, c);
  }
  Histogram histogram(const Descriptor& d,
                      std::string_view a = {},
                      std::string_view b = {},
                      std::string_view c = {}) {
    return histograms(d).with(a, b, c);
  }

  // A copy of `descriptor` whose strings the registry owns, for families named at run time. Returns
  // the existing one when the name is declared already. Errors: Invalid (name, labels), Exists
  // (same name, other kind or labels).
  Result<const Descriptor*> adopt(const Descriptor& descriptor);

  // A lifetime total of an earlier process. The series appears at once when its family is declared,
  // or else when it will be. Call before anything counts; later calls for the same series are
  // ignored.
  void restore(std::string_view family, std::string_view key, Total total);

  // Puts a mark on the charts. The oldest is dropped beyond 1,000 between two snapshots.
  void annotate(Event event);

  // Everything counted by now. `latch`, when given, replaces the live slab of its thread.
  // Allocates nothing while no series is added and old snapshots are let go.
  SnapshotPtr snapshot(SystemTime now, SteadyTime steady_now, const slab::Latch* latch = nullptr);

 private:
  friend class FamilyBase;
  friend void intrusive_ptr_release(const Snapshot* snapshot) noexcept;

  template <class Handle>
  Family<Handle>& declare(const Descriptor& descriptor, Kind kind);
  Series& create(FamilyBase& family, std::string key);
  const Series& fold(FamilyBase& family);
  void take_back(Snapshot* snapshot) noexcept;
  Snapshot* take_from_pool();
  void refresh_layout();
  void read_histograms(Snapshot& into, const std::vector<slab::View>& views);

  const SystemTime process_start_;
  mutable std::mutex mutex_;
  // All below are guarded by mutex_.
  std::map<std::string_view, std::unique_ptr<FamilyBase>> families_;
  std::deque<Series> series_;
  std::deque<std::atomic<double>> gauges_;
  std::vector<const Series*> counters_;
  std::vector<const Series*> histograms_;
  std::map<std::string, std::map<std::string, Total, std::less<>>, std::less<>> restored_;
  std::deque<Descriptor> adopted_;
  std::deque<std::string> adopted_text_;
  std::vector<Event> events_;
  std::shared_ptr<const Layout> layout_;
  std::size_t layout_series_ = 0;
  std::uint64_t sequence_ = 0;

  std::mutex pool_mutex_;
  std::vector<std::unique_ptr<Snapshot>> pool_;
};

}  // namespace discern::metrics
