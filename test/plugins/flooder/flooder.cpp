// Makes new label values without end.

#include <discern/plugin/plugin.hpp>

#include <string>

using namespace discern::plugin;

class Flooder : public Plugin {
  void init(Core& core) override {
    Family<Counter> family = core.metrics().counter("flood_total", "Too many label sets.", {"who"});
    core.api().register_command("flood", "Counts 5,000 label sets", [family](Interaction& i) {
      for (int n = 0; n < 5000; ++n) family.with("user\n\"" + std::to_string(n)).add();
      family.with(std::string(1'000'000, 'x')).add();
      i.reply("flooded");
    });
  }
};

DISCERN_PLUGIN(Flooder)
