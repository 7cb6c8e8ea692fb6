#include "plugin/call_gate.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <shared_mutex>
#include <thread>
#include <vector>

namespace discern::plugin {
namespace {

// What the host takes away after it has closed the door is never touched by a caller who found it
// open. ThreadSanitizer and the count both tell.
TEST(CallGate, NobodyWhoFoundItOpenIsInsideAfterTheWait) {
  for (int round = 0; round < 200; ++round) {
    CallGate gate;
    std::atomic<bool> open{true};
    auto thing = std::make_unique<std::atomic<int>>(0);
    std::vector<std::thread> callers;
    for (int i = 0; i < 2; ++i) {
      callers.emplace_back([&] {
        while (true) {
          const std::shared_lock inside(gate);
          const std::shared_lock nested(gate);
          if (!open) return;
          ++*thing;
        }
      });
    }
    while (*thing == 0) std::this_thread::yield();
    open = false;
    gate.wait_until_empty();
    thing.reset();
    for (std::thread& caller : callers) caller.join();
  }
}

}  // namespace
}  // namespace discern::plugin
