// Ends the program in a static constructor, before anybody has asked it anything.

#include <discern/plugin/plugin.hpp>

#include <cstdlib>

using namespace discern::plugin;

namespace {
const struct Abort {
  Abort() { std::abort(); }
} kAbort;
}  // namespace

class CrashesOnLoad : public Plugin {
  void init(Core&) override {}
};

DISCERN_PLUGIN(CrashesOnLoad)
