#pragma once

// Day and night, compressed so that a demo shows their waves within minutes.

#include "sim/instant.hpp"

namespace discern::sim {

class Rhythm {
 public:
  Rhythm(Instant start, Millis day) : start_(start), day_(day) {}

  // How lively the whole world is; its mean over a day is 1.
  double at(Instant now) const { return wave(now, 0.0); }
  // How lively people are whose day is ahead by `phase` (0 to 1).
  double at(Instant now, double phase) const { return wave(now, phase); }
  static constexpr double kPeak = 1.9;  // No value is above it.

 private:
  double wave(Instant now, double phase) const;
  Instant start_;
  Millis day_;
};

}  // namespace discern::sim
