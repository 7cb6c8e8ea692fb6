// Ends the program, in several ways.

#include <discern/plugin/plugin.hpp>

#include <cstdlib>
#include <thread>

using namespace discern::plugin;

class Crasher : public Plugin {
  void init(Core& core) override {
    core.api().register_command("segv", "Writes where nothing is", [](Interaction&) { touch(); });
    core.api().register_command("abort", "Gives up", [](Interaction&) { std::abort(); });
    core.api().register_command("overflow", "Uses up its stack", [](Interaction&) { dig(1); });
    core.api().register_command("helper", "Lets a thread of its own crash", [](Interaction&) {
      std::thread([] { touch(); }).join();
    });
  }

  __attribute__((noinline)) static void touch() { *const_cast<volatile int*>(nowhere_) = 1; }
  __attribute__((noinline)) static int dig(int depth) {
    volatile char room[4096] = {};
    room[depth % 4096] = 1;
    return nowhere_ == nullptr ? dig(depth + 1) + room[0] : room[0];
  }
  static int* volatile nowhere_;
};

int* volatile Crasher::nowhere_ = nullptr;

DISCERN_PLUGIN(Crasher)
