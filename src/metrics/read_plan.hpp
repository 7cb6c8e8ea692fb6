#pragma once

// Where a snapshot reads what: made when series were added, and shared by all snapshots until more
// are.

#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "metrics/snapshot.hpp"
#include "metrics/topk.hpp"

namespace discern::metrics {

class DistinctCell;

// Immutable. Everything it points to lives as long as the registry.
struct ReadPlan {
  // Counters whose slots and ids are consecutive; most families are one run.
  struct Run {
    std::uint32_t slot;
    std::uint32_t id;
    std::uint32_t size;
  };
  struct GaugeSource {
    std::uint32_t id;
    const std::atomic<double>* cell;
  };
  struct DistinctSource {
    std::uint32_t id;
    const DistinctCell* cell;
  };
  struct TopKSource {
    std::uint32_t id;
    const TopKCell* cell;
  };

  Layout layout;
  std::uint32_t series = 0;
  std::vector<Run> counters;
  std::vector<std::uint32_t> histograms;  // Slots, by place.
  std::vector<GaugeSource> gauges;
  std::vector<DistinctSource> distincts;  // By place.
  std::vector<TopKSource> topks;          // By place.

  std::size_t bytes() const;
};

}  // namespace discern::metrics
