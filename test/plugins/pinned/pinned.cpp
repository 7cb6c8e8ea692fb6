// Linked so that the loader never unmaps it.

#include <discern/plugin/plugin.hpp>

using namespace discern::plugin;

class Pinned : public Plugin {
  void init(Core& core) override {
    core.api().register_command(
        "stay", "Says that it stays", [](Interaction& i) { i.reply("here"); });
  }
};

DISCERN_PLUGIN(Pinned)
