#pragma once

#include "metrics/snapshot.hpp"

namespace discern::metrics {

// What every consumer implements. Called on the pipeline thread, once a tick, never concurrently.
// It may keep the pointer. It reports its own failures; it does not throw.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void consume(const SnapshotPtr& snapshot) = 0;
};

}  // namespace discern::metrics
