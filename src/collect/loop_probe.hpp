#pragma once

// How late an event loop is: work is posted to it, and the time until it runs is its delay.

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "metrics/registry.hpp"

namespace discern::collect {

// Posts work to a loop; safe from every thread, never blocks. Must stay callable until the prober
// is gone.
using Post = std::function<void(std::function<void()>)>;

// Pings every loop, at most one ping under way for each. A loop that does not answer shows as a
// stall that grows while it lasts. One thread calls `ping`; loops may be added before that.
class LoopProber {
 public:
  LoopProber(metrics::Registry& registry, const Clock& clock);
  ~LoopProber();
  void add(std::string_view name, Post post);
  // Reads the answers to the last ping and sends the next one. Call a few times a second.
  void ping();

 private:
  struct Loop;
  const Clock& clock_;
  metrics::Registry& registry_;
  std::vector<std::unique_ptr<Loop>> loops_;
};

}  // namespace discern::collect
