// Wants 90 commands, as fast as it can, when it is told to; to be loaded under several ids.

#include <discern/plugin/plugin.hpp>

#include <string>

using namespace discern::plugin;

class Racer : public Plugin {
  void init(Core& core) override {
    const Counter won = core.metrics().counter("won_total", "Commands that it got.");
    core.on("TYPING_START", [&core, won](const Event&) {
      for (int n = 0; n < 90; ++n) {
        try {
          core.api().register_command(
              "race-" + std::to_string(n), "One of many", [](Interaction& i) { i.reply("won"); });
          won.add();
        } catch (const Failure&) {
          // Another one was faster.
        }
      }
    });
  }
};

DISCERN_PLUGIN(Racer)
