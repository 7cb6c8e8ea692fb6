// Misbehaves on purpose. Loaded in demo mode only, where it gives the charts something to show: a
// command that is slow, one that fails often, one that fails now and then, one that answers late.

#include <discern/plugin/plugin.hpp>

#include <chrono>
#include <random>
#include <stdexcept>
#include <thread>

using namespace discern::plugin;
using namespace std::chrono_literals;

class Demo : public Plugin {
  void init(Core& core) override {
    core_ = &core;
    rolls_ = core.metrics().counter(
        "rolls_total", "Rolls of the dice in the demonstration, by outcome.", {"outcome"});

    core.api().register_command(
        "slow", "Demonstration: blocks its plugin for a moment", [this](Interaction& i) {
          const auto nap =
              std::chrono::milliseconds(std::uniform_int_distribution(200, 900)(random_));
          std::this_thread::sleep_for(nap);
          i.reply("That took " + std::to_string(nap.count()) + " ms, on purpose.");
        });
    // Less often than it works, or the host would leave the whole plugin alone for a while.
    core.api().register_command(
        "flaky", "Demonstration: fails one time in four", [this](Interaction& i) {
          if (std::uniform_int_distribution(1, 4)(random_) == 1) {
            throw std::runtime_error("this command fails on purpose");
          }
          i.reply("It worked this time.");
        });
    core.api().register_command(
        "roll", "Demonstration: rolls two dice, and fails on a double six", [this](Interaction& i) {
          std::uniform_int_distribution die(1, 6);
          const int a = die(random_);
          const int b = die(random_);
          if (a + b == 12) {
            rolls_.with("failed").add();
            throw std::out_of_range("a double six, on purpose");
          }
          rolls_.with("rolled").add();
          i.reply("You rolled " + std::to_string(a) + " and " + std::to_string(b) + ".");
        });
    core.api().register_command(
        "research", "Demonstration: answers after a few seconds", [this](Interaction& i) {
          // Kept and answered later, without blocking: the host defers meanwhile.
          const auto wait =
              std::chrono::milliseconds(std::uniform_int_distribution(500, 3500)(random_));
          core_->after(wait, [i] { i.reply("Here it is. Good things take time."); });
        });
  }

  Core* core_ = nullptr;
  std::minstd_rand random_{std::random_device{}()};
  Family<Counter> rolls_;
};

DISCERN_PLUGIN(Demo)
