// Fifty commands that answer at once.

#include <discern/plugin/plugin.hpp>

#include <string>

using namespace discern::plugin;

class Fifty : public Plugin {
  void init(Core& core) override {
    for (int number = 0; number < 50; ++number) {
      core.api().register_command("command_" + std::to_string(number),
                                  "Answers",
                                  [](Interaction& used) { used.reply("Here."); });
    }
  }
};

DISCERN_PLUGIN(Fifty)
