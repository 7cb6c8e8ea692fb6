// Takes its registrations away while they run.

#include <discern/plugin/plugin.hpp>

using namespace discern::plugin;

class Unregisters : public Plugin {
  void init(Core& core) override {
    command_ = core.api().register_command("once", "Works once", [this](Interaction& i) {
      command_.remove();
      i.reply("that was it");
    });
    event_ = core.on("MESSAGE_CREATE", [this](const Event&) {
      event_.remove();
      seen_.add();
    });
    timer_ = core.every(std::chrono::seconds(1), [this] {
      timer_.remove();
      seen_.add();
    });
    seen_ = core.metrics().counter("seen_total", "Handlers that ran.");
  }

  Registration command_;
  Registration event_;
  Registration timer_;
  Counter seen_;
};

DISCERN_PLUGIN(Unregisters)
