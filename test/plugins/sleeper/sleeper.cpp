// Does not come back while a file is there.

#include <discern/plugin/plugin.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

using namespace discern::plugin;

class Sleeper : public Plugin {
  void init(Core& core) override {
    gate_ = core.config()["gate"].string();
    if (core.config()["sleep_in_init"].boolean()) sleep();
    core.api().register_command("nap", "Sleeps", [this](Interaction& i) {
      sleep();
      i.reply("good morning");
    });
    core.api().register_route("/nap", [this](const Request&, Response& response) {
      sleep();
      response.text("good morning");
    });
  }

  void sleep() const {
    while (std::filesystem::exists(gate_))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  std::string gate_;
};

DISCERN_PLUGIN(Sleeper)
