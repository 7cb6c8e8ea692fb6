// Throws in every hook but init.

#include <discern/plugin/plugin.hpp>

#include <stdexcept>

using namespace discern::plugin;

class Thrower : public Plugin {
  void init(Core& core) override {
    core.api().register_command(
        "throw", "Throws", [](Interaction&) { throw std::out_of_range("in a command"); });
    core.api().register_command("odd", "Throws no exception class", [](Interaction&) { throw 42; });
    core.api().register_command("report", "Reports an error and throws", [&core](Interaction&) {
      core.metrics().increment_plugin_error_count("thrower");
      throw std::runtime_error("reported and thrown");
    });
    core.on("MESSAGE_CREATE", [](const Event&) { throw std::runtime_error("in an event"); });
    core.after(std::chrono::seconds(5), [] { throw std::runtime_error("in a timer"); });
    core.api().register_route(
        "/", [](const Request&, Response&) { throw std::runtime_error("in a route"); });
  }
  void stop(Core&) override { throw std::runtime_error("in stop"); }
};

DISCERN_PLUGIN(Thrower)
