// Fifty commands that answer at once.

#include <discern/plugin/plugin.hpp>

#include <string>

using namespace discern::plugin;

class Fifty : public Plugin {
  void init(Core& core) override {
    for (int i = 0; i < 50; ++i) {
      core.api().register_command(
          "command_" + std::to_string(i), "Answers", [](Interaction& i) { i.reply("Here."); });
    }
  }
};

DISCERN_PLUGIN(Fifty)
