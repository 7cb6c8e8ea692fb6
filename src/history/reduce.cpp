#include "history/reduce.hpp"

#include <cmath>
#include <limits>

#include "history/gap.hpp"
#include "metrics/buckets.hpp"

namespace discern::history {
namespace {

std::optional<double> quantile_of(Reduction reduction) {
  switch (reduction) {
    case Reduction::P50:
      return 0.5;
    case Reduction::P95:
      return 0.95;
    case Reduction::P99:
      return 0.99;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<std::size_t> StepGrid::find(std::int64_t time_ms) const {
  if (time_ms < begin_ms) return std::nullopt;
  const auto step = static_cast<std::size_t>((time_ms - begin_ms) / step_ms);
  return step < steps ? std::optional(step) : std::nullopt;
}

Points::Points(Reduction reduction, std::size_t steps)
    : reduction_(reduction), sums_(steps, 0.0), weights_(steps, 0.0) {}

void Points::add_value(std::size_t step, double value) {
  if (reduction_ == Reduction::Last) {
    sums_[step] = value;
    weights_[step] = 1;
  } else {
    sums_[step] += value;
    weights_[step] += 1;
  }
}

void Points::add_increase(std::size_t step, double increase, std::int64_t ms) {
  sums_[step] += increase;
  weights_[step] += static_cast<double>(ms) / 1000;
}

void Points::add_observations(std::size_t step,
                              std::uint64_t zero,
                              std::span<const metrics::Bucket> buckets) {
  if (open_step_ != step) finish_step();
  open_step_ = step;
  observed_.zero += zero;
  metrics::merge_buckets(observed_.buckets, buckets);
}

void Points::finish_step() {
  if (open_step_) {
    const double value =
        metrics::quantile(*quantile_of(reduction_), observed_.zero, observed_.buckets);
    if (!std::isnan(value)) {
      sums_[*open_step_] = value;
      weights_[*open_step_] = 1;
    }
  }
  open_step_.reset();
  observed_ = {};
}

std::vector<std::optional<double>> Points::take() {
  finish_step();
  std::vector<std::optional<double>> points(sums_.size());
  const bool divide = reduction_ == Reduction::Avg || reduction_ == Reduction::Rate;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (weights_[i] > 0) points[i] = divide ? sums_[i] / weights_[i] : sums_[i];
  }
  return points;
}

std::optional<std::int64_t> Follower::compare_to(const Moment& at) {
  const std::optional<std::int64_t> before = std::exchange(last_ms_, at.time_ms);
  if (before) {
    if (!is_adjacent(*before, at.time_ms, at.max_distance_ms)) return std::nullopt;
    return at.time_ms - *before;
  }
  const bool began_here = at.tick == first_tick_ && at.since_ms > 0;
  return began_here ? std::optional(at.since_ms) : std::nullopt;
}

void Follower::take_number(const Moment& at, double value) {
  if (const auto step = grid_->find(at.time_ms)) points_->add_value(*step, value);
}

void Follower::take_steps(const Moment& at, std::uint64_t steps) {
  const std::optional<std::int64_t> since = compare_to(at);
  const std::uint64_t before = std::exchange(steps_, steps);
  if (!since || steps < before) return;
  const auto step = grid_->find(at.time_ms);
  if (step) points_->add_increase(*step, static_cast<double>(steps - before) * unit_, *since);
}

void Follower::take_histogram(const Moment& at, const metrics::HistogramTotal& total) {
  const std::optional<std::int64_t> since = compare_to(at);
  const std::uint64_t count = total.count();
  const std::uint64_t before = std::exchange(steps_, count);
  const auto step = grid_->find(at.time_ms);
  const bool fell = count < before || total.zero < histogram_.zero;
  if (since && step && !fell) {
    if (!quantile_of(points_->reduction())) {
      points_->add_increase(*step, static_cast<double>(count - before), *since);
    } else if (count > before) {
      points_->add_observations(*step,
                                total.zero - histogram_.zero,
                                metrics::subtract_buckets(total.buckets, histogram_.buckets));
    }
  }
  if (count != before || !since || fell) histogram_ = total;
}

}  // namespace discern::history
