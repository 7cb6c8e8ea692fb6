// Does not come back while a file is there.

#include <discern/plugin/plugin.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

using namespace discern::plugin;

class Sleeper : public Plugin {
 public:
  ~Sleeper() override {
    if (hook_ == "destructor") sleep();
  }

 private:
  void init(Core& core) override {
    gate_ = core.config()["gate"].string();
    hook_ = core.config()["hook"].string();
    if (core.config()["sleep_in_init"].boolean()) sleep();
    if (hook_ == "event") core.on("MESSAGE_CREATE", [this](const Event&) { sleep(); });
    if (hook_ == "timer") core.after(std::chrono::milliseconds(1), [this] { sleep(); });
    // Several of them may be loaded under other ids; only one can have the command.
    if (!hook_.empty()) return;
    core.api().register_command("nap", "Sleeps", [this](Interaction& i) {
      sleep();
      i.reply("good morning");
    });
    core.api().register_route("/nap", [this](const Request&, Response& response) {
      sleep();
      response.text("good morning");
    });
  }
  void stop(Core&) override {
    if (hook_ == "stop") sleep();
  }

  __attribute__((noinline)) void sleep() const {
    while (std::filesystem::exists(gate_))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  std::string gate_;
  std::string hook_;
};

DISCERN_PLUGIN(Sleeper)
