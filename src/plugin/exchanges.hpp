#pragma once

// Web requests that wait for a plugin: each is answered exactly once.

#include <cstdint>
#include <map>
#include <mutex>

#include "base/clock.hpp"
#include "plugin/status.hpp"

namespace discern::plugin {

// Thread-safe. `done` is called without a lock held.
class Exchanges {
 public:
  explicit Exchanges(const Clock& clock) : clock_(clock) {}

  std::uint64_t open(std::uint64_t generation, RouteDone done);
  // False when it was answered before or does not belong to that generation.
  bool answer(std::uint64_t id, std::uint64_t generation, RouteResponse response);
  // A handler failed or a plugin went: what is still open gets that status.
  void fail(std::uint64_t id, int status, const std::string& text);
  void fail_all_of(std::uint64_t generation, int status, const std::string& text);
  // 504 for what waited longer.
  void expire(std::chrono::nanoseconds limit);

 private:
  struct Open {
    std::uint64_t generation;
    SteadyTime since;
    RouteDone done;
  };
  RouteDone take(std::uint64_t id, std::uint64_t generation);

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::uint64_t, Open> open_;
  std::uint64_t next_ = 1;
};

}  // namespace discern::plugin
