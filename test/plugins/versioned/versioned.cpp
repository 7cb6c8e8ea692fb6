// Tells which build it is, and uses everything a plugin can register: to be reloaded under load.
// Whoever tests it writes another number into the file.

#include <discern/plugin/plugin.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace discern::plugin;

extern "C" {
// Not constant for the compiler, so that every use reads it from the file.
__attribute__((visibility("hidden"))) char versioned_build[] = "build 000000";
}

class Versioned : public Plugin {
  void init(Core& core) override {
    core.api().register_command(
        "build", "Tells the build", [](Interaction& i) { i.reply(std::string(versioned_build)); });
    core.api().register_command(
        "hold", "Keeps the interaction", [this](Interaction& i) { held_.push_back(i); });
    core.api().register_route(
        "/", [](const Request&, Response& response) { response.text(versioned_build); });
    core.on("MESSAGE_CREATE", [this](const Event& event) {
      seen_.add();
      memory_ = std::make_unique<std::string>(event.payload());
    });
    core.every(std::chrono::milliseconds(5), [this] { ticks_.add(); });
    seen_ = core.metrics().counter("seen_total", "Messages seen.");
    ticks_ = core.metrics().counter("ticks_total", "Timers run.");
  }

  Counter seen_;
  Counter ticks_;
  std::unique_ptr<std::string> memory_;
  std::vector<Interaction> held_;
};

DISCERN_PLUGIN(Versioned)
