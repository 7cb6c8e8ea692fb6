// Fails before init.

#include <discern/plugin/plugin.hpp>

#include <stdexcept>

using namespace discern::plugin;

class ThrowsInConstructor : public Plugin {
 public:
  ThrowsInConstructor() { throw std::length_error("no room"); }
  void init(Core&) override {}
};

DISCERN_PLUGIN(ThrowsInConstructor)
