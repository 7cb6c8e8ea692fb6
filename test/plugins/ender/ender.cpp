// Ends the program in ways that are no crash, and leaves a thread behind.

#include <discern/plugin/plugin.hpp>

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>

using namespace discern::plugin;

class Ender : public Plugin {
  void init(Core& core) override {
    end_with(core, "exit", [] { std::exit(3); });
    end_with(core, "exit-well", [] { std::exit(0); });
    end_with(core, "quick", [] { std::quick_exit(4); });
    end_with(core, "under", [] { ::_exit(5); });
    end_with(core, "kill", [] { ::kill(::getpid(), SIGKILL); });
    end_with(core, "raise", [] { ::raise(SIGUSR1); });
    end_with(core, "stop", [] { ::raise(SIGTERM); });
    end_with(core, "terminate", [] { std::terminate(); });
    end_with(core, "uncaught", [] {
      std::thread([] { throw std::runtime_error("nobody catches it"); }).join();
    });
    end_with(core, "thread-exit", [] { std::thread([] { std::exit(6); }).join(); });
    if (core.config()["left_behind"].boolean()) {
      std::thread([] {
        for (;;) std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }).detach();
    }
  }

  template <class End>
  static void end_with(Core& core, const std::string& name, End end) {
    core.api().register_command(name, "Ends the program", [end](Interaction&) { end(); });
  }
};

DISCERN_PLUGIN(Ender)
