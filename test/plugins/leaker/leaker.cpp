// Takes memory and does not give it back.

#include <discern/plugin/plugin.hpp>

#include <vector>

using namespace discern::plugin;

class Leaker : public Plugin {
  void init(Core& core) override {
    core.api().register_command("leak", "Keeps a megabyte", [this](Interaction& i) {
      kept_.push_back(new std::vector<char>(1 << 20, 'x'));
      i.reply("kept");
    });
  }
  std::vector<std::vector<char>*> kept_;
};

DISCERN_PLUGIN(Leaker)
