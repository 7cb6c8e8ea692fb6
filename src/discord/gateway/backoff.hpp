#pragma once

// How long to wait before trying again. Pure.

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace discern::discord {

struct Backoff {
  std::chrono::milliseconds first{1000};
  std::chrono::milliseconds cap{60000};
};

// Doubles with each attempt (0 for the first) up to the cap, then takes between half and all of it,
// so that shards that were lost together do not come back together. `random` is in [0, 1).
inline std::chrono::milliseconds backoff_delay(std::uint32_t attempt,
                                               double random,
                                               const Backoff& backoff = {}) {
  const std::uint32_t doublings = std::min<std::uint32_t>(attempt, 20);
  const double whole = std::min(static_cast<double>(backoff.first.count()) *
                                    static_cast<double>(std::uint64_t{1} << doublings),
                                static_cast<double>(backoff.cap.count()));
  return std::chrono::milliseconds(static_cast<std::int64_t>(whole * (0.5 + random / 2)));
}

// A small deterministic source of randomness (SplitMix64): enough for jitter, reproducible in
// tests.
class Jitter {
 public:
  explicit Jitter(std::uint64_t seed) : state_(seed) {}
  // Uniform in [0, 1).
  double next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
  }

 private:
  std::uint64_t state_;
};

}  // namespace discern::discord
