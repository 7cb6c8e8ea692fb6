#pragma once

// How many of the requests of the last five minutes failed. Pure; the caller brings the time.

#include <array>
#include <cstdint>

#include "base/clock.hpp"

namespace discern::web {

// A ring of cells of five seconds each. The oldest cell is forgotten as a whole, so the window is
// between 4 min 55 s and 5 min long.
class ErrorWindow {
 public:
  static constexpr std::chrono::seconds kCell{5};
  static constexpr std::size_t kCells = 60;

  void record(SteadyTime now, bool failed);
  // Failed of all, 0 to 1; 0 when there was none.
  double rate(SteadyTime now) const;

 private:
  struct Cell {
    std::int64_t number = -1;  // Which five seconds it counts, since the clock's epoch.
    std::uint64_t all = 0;
    std::uint64_t failed = 0;
  };
  std::array<Cell, kCells> cells_;
};

}  // namespace discern::web
