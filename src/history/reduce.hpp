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
  std::int64_t since_ms = 0;  // Since the tick before; 0 after a gap.
  std::int64_t max_distance_ms = 0;
};

// The points of one series of the answer. Several stored series may feed it.
class Points {
 public:
  Points(Reduction reduction, std::size_t steps);

  void add_value(std::size_t step, double value);
  // `ms` is the time in which the increase came about.
  void add_increase(std::size_t step, double increase, std::int64_t ms);
  void add_observations(std::size_t step,
                        std::uint64_t zero,
                        std::span<const metrics::Bucket> buckets);

  // One for each step; those that nothing was added to are absent. Ends the use of this object.
  std::vector<std::optional<double>> take();
  Reduction reduction() const { return reduction_; }

 private:
  void finish_step();

  Reduction reduction_;
  std::vector<double> sums_;
  std::vector<double> weights_;
  // Quantiles gather one step at a time: samples come in order of time, but for clock changes.
  std::optional<std::size_t> open_step_;
  metrics::HistogramTotal observed_;
};

// Follows the lifetime total, or the value, of one stored series from tick to tick, and adds what
// happened between two ticks to the step of the later one.
//
// Nothing is added across a gap, nor when a total falls (the file came from a backup): there the
// series starts over. A series whose first sample ever follows another tick began at 0.
class Follower {
 public:
  Follower(Points& points, const StepGrid& grid, double unit, std::int64_t first_tick)
      : points_(&points), grid_(&grid), unit_(unit), first_tick_(first_tick) {}

  void take_number(const Moment& at, double value);
  void take_steps(const Moment& at, std::uint64_t steps);
  void take_histogram(const Moment& at, const metrics::HistogramTotal& total);

 private:
  // How long ago the sample before was, or nothing when there is none to compare with.
  std::optional<std::int64_t> compare_to(const Moment& at);

  Points* points_;
  const StepGrid* grid_;
  double unit_;
  std::int64_t first_tick_;

  std::optional<std::int64_t> last_ms_;
  std::uint64_t steps_ = 0;  // Of a histogram, its count.
  metrics::HistogramTotal histogram_;
};

}  // namespace discern::history
