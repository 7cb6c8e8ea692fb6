// Returns without an answer.

#include <discern/plugin/plugin.hpp>

using namespace discern::plugin;

class RepliesNever : public Plugin {
  void init(Core& core) override {
    core.api().register_command("silent", "Says nothing", [](Interaction&) {});
    core.api().register_command(
        "thinking", "Defers and says nothing", [](Interaction& i) { i.defer(); });
  }
};

DISCERN_PLUGIN(RepliesNever)
