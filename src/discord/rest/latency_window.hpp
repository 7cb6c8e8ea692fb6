#pragma once

// Response times of the last five minutes and their median. Pure; not thread-safe.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <vector>

#include "base/clock.hpp"

namespace discern::discord {

class LatencyWindow {
 public:
  static constexpr std::chrono::minutes kWindow{5};

  void add(SteadyTime at, double seconds) {
    newest_ = (newest_ + 1) % samples_.size();
    samples_[newest_] = {at, seconds};
  }
  // 0 when there is none. Of more than 2,048 in five minutes, the newest count.
  double median(SteadyTime now) const {
    std::vector<double> values;
    for (const Sample& sample : samples_) {
      if (sample.at != SteadyTime{} && now - sample.at <= kWindow) values.push_back(sample.seconds);
    }
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
  }

 private:
  struct Sample {
    SteadyTime at{};
    double seconds = 0;
  };
  std::array<Sample, 2048> samples_{};
  std::size_t newest_ = 0;
};

}  // namespace discern::discord
