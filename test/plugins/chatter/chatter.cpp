// Says more than anybody reads.

#include <discern/plugin/plugin.hpp>

#include <string>

using namespace discern::plugin;

class Chatter : public Plugin {
  void init(Core& core) override {
    core.api().register_command("chatter", "Logs 20,000 lines", [&core](Interaction& i) {
      for (int n = 0; n < 20'000; ++n) core.log().info("line " + std::to_string(n));
      i.reply("said");
    });
  }
};

DISCERN_PLUGIN(Chatter)
