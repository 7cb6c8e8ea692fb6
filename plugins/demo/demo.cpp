// Gives the charts of a demonstration something to show, and is loaded in demo mode only. It works
// well, but for a failure now and then, and an incident every ten minutes, the first five minutes
// after the start: for a little over a minute one of its commands fails, or another one is slow.
// Then it recovers.

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
          const bool worse = incident() == Incident::Slow;
          const auto nap =
              std::chrono::milliseconds(worse ? std::uniform_int_distribution(2100, 2500)(random_)
                                              : std::uniform_int_distribution(40, 200)(random_));
          std::this_thread::sleep_for(nap);
          i.reply("That took " + std::to_string(nap.count()) + " ms, on purpose.");
        });
    // Not every time, or the host would leave the whole plugin alone for a while.
    core.api().register_command(
        "flaky",
        "Demonstration: fails now and then, and often during an incident",
        [this](Interaction& i) {
          // So seldom that it is no trouble, and never three times in a few uses.
          if (++flaky_uses_ % 20 == 0) throw std::runtime_error("every twentieth fails on purpose");
          if (incident() == Incident::Failing &&
              std::uniform_int_distribution(1, 3)(random_) != 1) {
            throw std::runtime_error("the demonstration's incident: this command fails on purpose");
          }
          i.reply("It worked this time.");
        });
    core.api().register_command(
        "roll",
        "Demonstration: rolls two dice, and fails on some double sixes",
        [this](Interaction& i) {
          std::uniform_int_distribution die(1, 6);
          const int a = die(random_);
          const int b = die(random_);
          ++rolls_since_failure_;
          // Not twice in a few: that would look like trouble.
          if (a + b == 12 && rolls_since_failure_ > 30) {
            rolls_since_failure_ = 0;
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

  enum class Incident { None, Failing, Slow };

  Incident incident() const {
    const auto age = std::chrono::steady_clock::now() - started_;
    if ((age + 300s) % 600s >= 75s) return Incident::None;
    return (age + 300s) / 600s % 2 == 1 ? Incident::Failing : Incident::Slow;
  }

  Core* core_ = nullptr;
  unsigned flaky_uses_ = 0;
  unsigned rolls_since_failure_ = 0;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::minstd_rand random_{std::random_device{}()};
  Family<Counter> rolls_;
};

DISCERN_PLUGIN(Demo)
