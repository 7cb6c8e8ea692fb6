#pragma once

// What the verdict is made of: how often each command and plugin ran and failed in the last five
// minutes. Not thread-safe; needs every snapshot, in order.

#include <chrono>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include "metrics/snapshot.hpp"
#include "web/verdict.hpp"

namespace discern::web {

// Counts of any number of series over the last five minutes, to a second.
class RecentCounts {
 public:
  static constexpr std::chrono::seconds kWindow{300};
  static constexpr std::chrono::seconds kCell{1};

  // Begins a step; every series is then given by `see`.
  void begin(SteadyTime now);
  // `total` is what the series counted since the program started. Returns what it counted in the
  // window.
  std::uint64_t see(std::uint64_t series, std::uint64_t total);
  // The same of the last minute.
  std::uint64_t last_minute(std::uint64_t series) const;

 private:
  struct Cell {
    SteadyTime time;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> counts;
  };
  struct Known {
    std::uint64_t total = 0;
    std::uint64_t recent = 0;
    std::uint64_t minute = 0;
  };
  std::deque<Cell> cells_;
  std::size_t minute_begins_ = 0;  // The first cell of the last minute.
  std::unordered_map<std::uint64_t, Known> known_;
};

class HealthWatch {
 public:
  VerdictInput step(const metrics::Snapshot& snapshot,
                    const std::vector<plugin::PluginStatus>& plugins);

 private:
  void read_commands(VerdictInput& into, const metrics::Snapshot& snapshot);
  void read_plugins(VerdictInput& into, const metrics::Snapshot& snapshot);

  RecentCounts recent_;
};

}  // namespace discern::web
