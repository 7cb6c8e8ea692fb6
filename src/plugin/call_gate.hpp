#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace discern::plugin {

// Knows how many calls are inside. Taken as a shared lock: `std::shared_lock gate(gate_)`; going in
// and out is wait-free, may be nested, and shuts nobody out. Who is to find a door closed reads a
// flag once inside; who closes it sets the flag, then waits here.
class CallGate {
 public:
  // Sequentially consistent, as the flag must be: either the caller sees the flag, or the one who
  // waits sees the caller.
  void lock_shared() noexcept { inside_.fetch_add(1); }
  void unlock_shared() noexcept { inside_.fetch_sub(1); }

  // Returns once nobody is inside who went in before. Calls are short.
  void wait_until_empty() const noexcept {
    while (inside_.load() != 0) std::this_thread::yield();
  }

 private:
  std::atomic<std::uint32_t> inside_{0};
};

}  // namespace discern::plugin
