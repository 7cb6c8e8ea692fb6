#include "history/reduce.hpp"

#include <cmath>
#include <limits>
#include <utility>

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

void Points::add_increase(std::size_t step, double increase, const Moment& at) {
  increase_ += increase;
  grew_in_ms_ += at.since_ms;
  if (reduction_ == Reduction::Increase) {
    sums_[step] += increase;
    weights_[step] = 1;
  } else if (!at.after_gap) {
    sums_[step] += increase;
    weights_[step] += static_cast<double>(at.since_ms) / 1000;
  }
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

bool Follower::can_compare(const Moment& at) {
  if (at.begins_at_zero) {
    steps_ = 0;
    histogram_ = {};
    return has_before_ = true;
  }
  if (std::exchange(has_before_, true)) return true;
  return at.tick == first_tick_ && at.tick > 1;
}

void Follower::begin_with(std::uint64_t steps) {
  if (!std::exchange(has_before_, true)) steps_ = steps;
}

void Follower::begin_with(const metrics::HistogramTotal& total) {
  if (std::exchange(has_before_, true)) return;
  steps_ = total.count();
  histogram_ = total;
}

void Follower::take_number(const Moment& at, double value) {
  if (std::isnan(value)) return;  // Not known at that instant.
  if (const auto step = grid_->find(at.time_ms)) points_->add_value(*step, value);
}

void Follower::take_steps(const Moment& at, std::uint64_t steps) {
  const bool comparable = can_compare(at);
  const std::uint64_t before = std::exchange(steps_, steps);
  points_->set_total(at.is_made_up ? 0 : static_cast<double>(steps) * unit_);
  if (!comparable || steps < before) return;
  const auto step = grid_->find(at.time_ms);
  if (step) points_->add_increase(*step, static_cast<double>(steps - before) * unit_, at);
}

void Follower::take_histogram(const Moment& at, const metrics::HistogramTotal& total) {
  const bool comparable = can_compare(at);
  const std::uint64_t count = total.count();
  const std::uint64_t before = std::exchange(steps_, count);
  points_->set_total(at.is_made_up ? 0 : static_cast<double>(count));
  const auto step = grid_->find(at.time_ms);
  const bool fell = count < before || total.zero < histogram_.zero;
  if (comparable && step && !fell) {
    if (!quantile_of(points_->reduction())) {
      points_->add_increase(*step, static_cast<double>(count - before), at);
    } else if (count > before && !at.after_gap) {
      points_->add_observations(*step,
                                total.zero - histogram_.zero,
                                metrics::subtract_buckets(total.buckets, histogram_.buckets));
    }
  }
  if (count != before || !comparable || fell) histogram_ = total;
}

}  // namespace discern::history
