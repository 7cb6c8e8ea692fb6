#pragma once

// What counting costs, as metrics: time of each operation on this very machine, and memory.

#include "metrics/registry.hpp"

namespace discern::metrics {

// Seconds for one operation, the least of several trials.
struct OperationCost {
  double increment = 0;
  double look_up = 0;  // An increment by name and label.
  double observe = 0;
  double timer = 0;  // Around an empty block, its observation included.
};

// Takes some milliseconds, the calibration of the Stopwatch included.
OperationCost measure_cost(Registry& registry);

// Make one while the program starts, and call `update` before each snapshot, on one thread. How
// long snapshots take is in discern_tick_duration_seconds{part="snapshot"}, how long the encoders
// take in discern_export_duration_seconds: who calls them observes those.
class OwnCost {
 public:
  explicit OwnCost(Registry& registry);

  void update() const;

 private:
  const Registry& registry_;
  const Gauge series_;
  const Gauge memory_;
  const Gauge memory_per_series_;
  const Gauge cells_;
};

}  // namespace discern::metrics
