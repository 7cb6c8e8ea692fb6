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
#include "metrics/family.hpp"
#include "metrics/read_plan.hpp"
#include "metrics/snapshot.hpp"
#include "metrics/text_arena.hpp"

namespace discern::metrics {

// Every member is safe to call from every thread.
class Registry {
 public:
  explicit Registry(SystemTime process_start);
  ~Registry();
  // For a clock that was set since: snapshots from now on say this, and examples from before this
  // moment, whose times are of the clock as it was, are dropped.
  void set_process_start(SystemTime start);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The family of that name, declared on first use. A second declaration must agree in kind,
  // labels, unit and step; otherwise, and for impossible names or labels, throws std::logic_error.
  // Takes a mutex: keep the reference where the look-up by label values must be wait-free.
  Family<Counter>& counters(const Descriptor& descriptor);
  Family<Gauge>& gauges(const Descriptor& descriptor);
  Family<Histogram>& histograms(const Descriptor& descriptor);
  Family<Distinct>& distincts(const Descriptor& descriptor);
  Family<TopK>& topks(const Descriptor& descriptor);

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

  // Observes `value` and remembers the newest example of its octave: one label, such as a trace id,
  // that leads from the histogram to what happened. The example is dropped when label name and text
  // are more than 128 characters together, or when the text is no id: visible ASCII characters but
  // quotes, backslashes and braces. At most kMaxExemplarSeries histograms have any. Takes a mutex.
  // Never pass what identifies a person.
  void observe(
      Histogram handle, double value, std::string_view label, std::string_view text, SystemTime at);

  // A copy of `descriptor` whose strings the registry owns, for families named at run time. Returns
  // the existing one when the name is declared already. Errors: Invalid (name, labels), Exists
  // (the same name in the exposition with another kind, other labels, unit or step).
  Result<const Descriptor*> adopt(const Descriptor& descriptor);

  // A lifetime total of an earlier process. The series appears at once when its family is declared,
  // or else when it will be. What was counted since this process started adds to it. A series that
  // exists already is given its total only before the first snapshot, and no series twice; keys
  // that make_key could not have made are ignored. A Distinct is continued when its family has the
  // key that the total was made with (Family::set_key, before or after).
  void restore(std::string_view family, std::string_view key, Total total);

  // Puts a mark on the charts. The oldest is dropped beyond 1,000 between two snapshots.
  void annotate(Event event);

  // Everything counted by now. `latch`, when given, replaces the live slab of its thread.
  // Allocates nothing while no series is added and old snapshots are let go. Producers that create
  // series wait for it only while it takes up series that are new.
  SnapshotPtr snapshot(SystemTime now, SteadyTime steady_now, const slab::Latch* latch = nullptr);

  // Bytes that the series of this registry occupy: texts, indexes, cells, snapshots.
  struct Memory {
    std::size_t series = 0;
    std::size_t bytes = 0;
  };
  Memory memory() const;

 private:
  friend class FamilyBase;
  friend void intrusive_ptr_release(const Snapshot* snapshot) noexcept;

  enum class WithoutCells { Refuse, Discard };

  template <class Handle>
  Family<Handle>& declare(const Descriptor& descriptor, Kind kind);
  const Series& ensure(FamilyBase& family, std::string_view key, std::string& notice);
  Series* create(FamilyBase& family, std::string_view key, WithoutCells policy);
  void give_state(Series& series, FamilyBase& family);
  void give_total(Series& series, FamilyBase& family, Total total);
  void restore_into(FamilyBase& family);
  const Series& fold(FamilyBase& family, std::string_view key);
  void note_fold(FamilyBase& family, std::string_view key);
  Result<void> check_new_name(const Descriptor& descriptor) const;
  void take_back(Snapshot* snapshot) noexcept;
  Snapshot* take_from_pool();
  void refresh_plan();
  void read_counters(Snapshot& into) const;
  void read_histograms(Snapshot& into) const;
  void read_distincts(Snapshot& into) const;
  void read_topks(Snapshot& into);
  void read_exemplars(Snapshot& into);

  SystemTime process_start_;  // Guarded by mutex_.
  mutable std::mutex mutex_;
  // All below are guarded by mutex_.
  std::map<std::string_view, std::unique_ptr<FamilyBase>> families_;
  TextArena texts_;
  std::deque<Series> series_;
  std::deque<std::atomic<double>> gauges_;
  std::deque<DistinctCell> distincts_;
  std::deque<TopKCell> topks_;
  std::map<std::string, std::map<std::string, Total, std::less<>>, std::less<>> restored_;
  std::deque<Descriptor> adopted_;
  std::vector<Event> events_;
  std::uint32_t histogram_count_ = 0;
  // By slot of the histogram, then by octave.
  std::map<std::uint32_t, std::map<int, Exemplar>> exemplars_;
  bool out_of_cells_ = false;
  std::string notice_;  // A warning that waits for the mutex to be released.

  // Taken before mutex_. Guards what only a snapshot in the making uses.
  mutable std::mutex snapshot_mutex_;
  std::shared_ptr<const ReadPlan> plan_;
  std::uint64_t sequence_ = 0;
  std::vector<slab::View> views_;
  std::vector<std::uint32_t> name_sizes_;

  mutable std::mutex pool_mutex_;
  std::vector<std::unique_ptr<Snapshot>> pool_;
  std::size_t snapshots_made_ = 0;  // Guarded by pool_mutex_.
};

inline constexpr std::size_t kMaxExemplarSeries = 1000;

}  // namespace discern::metrics
