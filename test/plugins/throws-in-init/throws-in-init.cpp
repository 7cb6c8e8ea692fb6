// Fails to start.

#include <discern/plugin/plugin.hpp>

#include <stdexcept>

using namespace discern::plugin;

class ThrowsInInit : public Plugin {
  void init(Core& core) override {
    core.api().register_command("never", "Never there", [](Interaction&) {});
    throw std::invalid_argument("no coffee");
  }
  void stop(Core&) override { throw std::logic_error("it never began"); }
};

DISCERN_PLUGIN(ThrowsInInit)
