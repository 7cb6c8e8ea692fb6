// Gives two first answers.

#include <discern/plugin/plugin.hpp>

using namespace discern::plugin;

class RepliesTwice : public Plugin {
  void init(Core& core) override {
    core.api().register_command("twice", "Answers twice", [](Interaction& i) {
      i.reply("one");
      i.reply("two");
    });
  }
};

DISCERN_PLUGIN(RepliesTwice)
