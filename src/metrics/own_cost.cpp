#include "metrics/own_cost.hpp"

#include <algorithm>
#include <limits>

#include "metrics/catalogue.hpp"
#include "metrics/stopwatch.hpp"

namespace discern::metrics {
namespace {

constexpr int kTrials = 5;
constexpr int kOperations = 5000;

// The least of several trials: everything else on the machine only makes a trial longer.
template <class Operation>
double least_seconds(Operation operation) {
  double least = std::numeric_limits<double>::infinity();
  for (int trial = 0; trial < kTrials; ++trial) {
    const Stopwatch watch;
    for (int i = 0; i < kOperations; ++i) {
      operation();
      asm volatile("" ::: "memory");  // Each operation for itself, as in a program.
    }
    least = std::min(least, watch.seconds() / kOperations);
  }
  return least;
}

}  // namespace

OperationCost measure_cost(Registry& registry) {
  // Cells of our own, so that nothing real is counted.
  const std::uint32_t cells = slab::allocate(histogram_cells::kCells);
  const Counter counter(cells);
  OperationCost cost;
  cost.increment = least_seconds([&] { counter.add(); });
  slab::release(cells, histogram_cells::kCells);

  const std::uint32_t more = slab::allocate(histogram_cells::kCells);
  const Histogram histogram(more);
  cost.observe = least_seconds([&] { histogram.observe(0.0123); });
  cost.timer = least_seconds([&] { const ScopedTimer timer(histogram); });
  slab::release(more, histogram_cells::kCells);

  Family<Gauge>& known = registry.gauges(catalogue::kOperationCost);
  cost.look_up = least_seconds([&] { known.with("look_up"); }) + cost.increment;
  return cost;
}

OwnCost::OwnCost(Registry& registry)
    : registry_(registry),
      series_(registry.gauge(catalogue::kSeries)),
      memory_(registry.gauge(catalogue::kMetricsMemory)),
      memory_per_series_(registry.gauge(catalogue::kSeriesMemory)),
      cells_(registry.gauge(catalogue::kCellUsage)) {
  const OperationCost cost = measure_cost(registry);
  Family<Gauge>& costs = registry.gauges(catalogue::kOperationCost);
  costs.with("increment").set(cost.increment);
  costs.with("look_up").set(cost.look_up);
  costs.with("observe").set(cost.observe);
  costs.with("timer").set(cost.timer);
  update();
}

void OwnCost::update() const {
  const Registry::Memory memory = registry_.memory();
  const auto series = static_cast<double>(memory.series);
  series_.set(series);
  memory_.set(static_cast<double>(memory.bytes));
  memory_per_series_.set(static_cast<double>(memory.bytes) / std::max(series, 1.0));
  cells_.set(static_cast<double>(slab::usage().slots) / kSlots);
}

}  // namespace discern::metrics
