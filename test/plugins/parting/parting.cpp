// Still has something to tell and to let go of when it ends.

#include <discern/plugin/plugin.hpp>

#include <memory>
#include <vector>

using namespace discern::plugin;

namespace {

// Reports an error when the last handler that holds it is gone.
struct Reporter {
  explicit Reporter(Core& host) : core(host) {}
  ~Reporter() { core.metrics().increment_plugin_error_count("parting"); }
  Core& core;
};

}  // namespace

class Parting : public Plugin {
  void init(Core& core) override {
    core.metrics().gauge("level", "Level.").set(7);
    core.metrics().gauge("level_of", "Level of one.", {"what"}).with("a").set(8);
    core.api().register_command(
        "hold", "Keeps the interaction", [this](Interaction& i) { held_.push_back(i); });
    watch_ =
        core.on("PRESENCE_UPDATE",
                [reporter = std::make_shared<Reporter>(core)](const Event&) { (void)reporter; });
    core.on("TYPING_START", [this](const Event&) { watch_.remove(); });
  }
  void stop(Core& core) override {
    core.metrics().increment_plugin_error_count("parting");
    held_.clear();
  }

  Registration watch_;
  std::vector<Interaction> held_;
};

DISCERN_PLUGIN(Parting)
