#include <discern/plugin/plugin.hpp>

using namespace discern::plugin;

class NewPlugin : public Plugin {
  void init(Core& core) override {
    greetings_ = core.metrics().counter("greetings_total", "How often somebody was greeted.");
    core.api().register_command("new-plugin", "Says hello", [this, &core](Interaction& i) {
      greetings_.add();
      i.reply(core.config()["greeting"].string() + ", " + i.user_name() + "!");
    });
  }

  Counter greetings_;
};

DISCERN_PLUGIN(NewPlugin)
