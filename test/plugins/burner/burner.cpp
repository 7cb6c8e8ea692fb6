// Uses processor time: on its own thread, and on one that it made.

#include <discern/plugin/plugin.hpp>

#include <atomic>
#include <chrono>
#include <ctime>
#include <thread>

using namespace discern::plugin;

namespace {

// Until this thread has used so much more processor time.
void burn(std::chrono::nanoseconds much) {
  const auto used = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  const auto until = used() + much;
  while (used() < until) {
  }
}

}  // namespace

class Burner : public Plugin {
  void init(Core& core) override {
    core.api().register_command("burn", "Burns half a second", [](Interaction& i) {
      i.reply("burning");
      burn(std::chrono::milliseconds(500));
    });
    core.api().register_command("elsewhere", "Burns it on a thread of its own", [](Interaction& i) {
      i.reply("burning elsewhere");
      std::thread([] { burn(std::chrono::milliseconds(500)); }).join();
    });
  }
};

DISCERN_PLUGIN(Burner)
