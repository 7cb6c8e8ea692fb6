#pragma once

// How the samples of a step become one point. Pure: time comes with the samples.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "history/query.hpp"
#include "metrics/series.hpp"

namespace discern::history {

// Step i holds the instants from begin + i * step up to, and without, the next.
struct StepGrid {
  std::int64_t begin_ms = 0;
  std::int64_t step_ms = 1;
  std::size_t steps = 0;

  std::optional<std::size_t> find(std::int64_t time_ms) const;
};

// Where a tick stands among its neighbours.
struct Moment {
  std::int64_t tick = 0;
  std::int64_t time_ms = 0;
  // In which a total became larger than it was in the tick before: since that tick, or since the
  // start of the program when there was one in between. 0: not known.
  std::int64_t since_ms = 0;
  // The program ran on and ticks are missing: when in that time a total grew is not known.
  bool after_gap = false;
  // The first tick of a new file, or the first after made-up ones: every total in it began at 0
  // with the program.
  bool begins_at_zero = false;
  // Its totals are nobody's.
  bool is_made_up = false;
};

// The points of one series of the answer. Several stored series may feed it.
class Points {
 public:
  Points(Reduction reduction, std::size_t steps);

  void add_value(std::size_t step, double value);
  void add_increase(std::size_t step, double increase, const Moment& at);
  void add_observations(std::size_t step,
                        std::uint64_t zero,
                        std::span<const metrics::Bucket> buckets);

  // One for each step; those that nothing was added to are absent. Ends the use of this object.
  std::vector<std::optional<double>> take();
  Reduction reduction() const { return reduction_; }

  void set_total(double total) { total_ = total; }
  double total() const { return total_; }
  double increase() const { return increase_; }
  std::int64_t grew_in_ms() const { return grew_in_ms_; }

 private:
  void finish_step();

  Reduction reduction_;
  std::vector<double> sums_;
  std::vector<double> weights_;
  double total_ = 0;
  double increase_ = 0;
  std::int64_t grew_in_ms_ = 0;
  // Quantiles gather one step at a time: samples come in order of time, but for clock changes.
  std::optional<std::size_t> open_step_;
  metrics::HistogramTotal observed_;
};

// Follows the lifetime total, or the value, of one stored series from tick to tick, and adds what
// happened between two ticks to the step of the later one.
//
// Totals go on from start to start, so what they grew between any two ticks is known exactly. It is
// an increase of the later tick's step even when ticks are missing in between; a rate, or a
// quantile, only when it is known to have come about then. When a total falls (the file came from
// a backup) the series starts over. A series whose first sample ever follows another tick, or is in
// the first tick of a file that no backup was read into, began at 0.
class Follower {
 public:
  Follower(Points& points, const StepGrid& grid, double unit, std::int64_t first_tick)
      : points_(&points), grid_(&grid), unit_(unit), first_tick_(first_tick) {}

  void take_number(const Moment& at, double value);
  void take_steps(const Moment& at, std::uint64_t steps);
  void take_histogram(const Moment& at, const metrics::HistogramTotal& total);
  // Makes `steps`, or `total`, the sample before the next one when there was none.
  void begin_with(std::uint64_t steps);
  void begin_with(const metrics::HistogramTotal& total);

 private:
  // Whether there is a sample before this one to compare with.
  bool can_compare(const Moment& at);

  Points* points_;
  const StepGrid* grid_;
  double unit_;
  std::int64_t first_tick_;

  bool has_before_ = false;
  std::uint64_t steps_ = 0;  // Of a histogram, its count.
  metrics::HistogramTotal histogram_;
};

}  // namespace discern::history
