#include "sim/life/rhythm.hpp"

#include <cmath>

namespace discern::sim {

double Rhythm::wave(Instant now, double phase) const {
  constexpr double kTurn = 6.283185307179586;
  const double days =
      static_cast<double>((now - start_).count()) / static_cast<double>(day_.count()) + phase;
  // An evening peak with a smaller one at noon, and a quiet night.
  return 1.0 + 0.65 * std::sin(kTurn * days) + 0.2 * std::sin(2 * kTurn * days + 1.0);
}

}  // namespace discern::sim
