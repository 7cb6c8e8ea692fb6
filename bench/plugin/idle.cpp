// Does next to nothing with what it gets: what is measured is the way to it.

#include <discern/plugin/plugin.hpp>

using namespace discern::plugin;

class Idle : public Plugin {
  void init(Core& core) override {
    Counter seen = core.metrics().counter("seen_total", "Events seen.");
    core.on("MESSAGE_CREATE", [seen](const Event&) mutable { seen.add(); });
    core.api().register_command("idle", "Answers", [](Interaction& i) { i.reply("done"); });
  }
};

DISCERN_PLUGIN(Idle)
