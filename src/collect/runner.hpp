#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "collect/collector.hpp"
#include "metrics/registry.hpp"

namespace discern::collect {

// Runs all collectors, times each; no failure, thrown or returned, stops the rest. A failing
// collector is logged when it begins to fail and when it recovers. One thread.
class Runner {
 public:
  Runner(metrics::Registry& registry,
         const Clock& clock,
         std::vector<std::unique_ptr<Collector>> collectors);
  void run();

 private:
  struct Entry {
    std::unique_ptr<Collector> collector;
    metrics::Gauge duration;
    metrics::Gauge success;
    bool failing = false;
  };
  void run_one(Entry& entry);

  const Clock& clock_;
  std::vector<Entry> entries_;
};

}  // namespace discern::collect
