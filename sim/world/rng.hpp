#pragma once

// Randomness that gives the same life for the same seed on every machine; std distributions do not.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace discern::sim {

// SplitMix64's finaliser: spreads any integer over 64 bits.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  return mix(a ^ mix(b));
}

class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(mix(seed)) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    return mix(state_);
  }
  // Uniform in [0, n). Precondition: n > 0.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  // Uniform in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  bool chance(double probability) { return unit() < probability; }
  double exponential(double mean) { return -mean * std::log1p(-unit()); }
  // Median `median`; `sigma` is the spread of the logarithm.
  double log_normal(double median, double sigma) {
    const double radius = std::sqrt(-2.0 * std::log1p(-unit()));
    return median * std::exp(sigma * radius * std::cos(6.283185307179586 * unit()));
  }
  // An index in [0, n) where low ones are much more frequent; `skew` 1 is uniform.
  std::size_t skewed(std::size_t n, double skew) {
    return static_cast<std::size_t>(std::pow(unit(), skew) * static_cast<double>(n));
  }
  // An index drawn in proportion to its weight. Precondition: the weights' sum is positive.
  std::size_t weighted(std::span<const double> weights) {
    double sum = 0;
    for (const double weight : weights) sum += weight;
    double at = unit() * sum;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (at < weights[i]) return i;
      at -= weights[i];
    }
    return weights.size() - 1;
  }
  template <class T>
  const T& pick(std::span<const T> from) {
    return from[below(from.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace discern::sim
