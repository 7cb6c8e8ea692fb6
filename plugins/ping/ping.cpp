// The smallest useful plugin: /ping and /uptime.

#include <discern/plugin/plugin.hpp>

#include <algorithm>
#include <chrono>
#include <string>

using namespace discern::plugin;

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// Discord's ids carry their time of birth: milliseconds since 2015 in the upper 42 bits.
milliseconds age_of(std::uint64_t snowflake, std::chrono::system_clock::time_point now) {
  const milliseconds born(static_cast<std::int64_t>(snowflake >> 22) + 1420070400000);
  return std::max(duration_cast<milliseconds>(now.time_since_epoch()) - born, milliseconds(0));
}

// "3 days 4 h", "4 h 5 min", "12 s": the two largest units.
std::string spoken(std::chrono::seconds time) {
  const auto s = time.count();
  if (s < 60) return std::to_string(s) + " s";
  if (s < 3600) return std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s";
  if (s < 86400) return std::to_string(s / 3600) + " h " + std::to_string(s % 3600 / 60) + " min";
  const std::string days = s < 2 * 86400 ? " day " : " days ";
  return std::to_string(s / 86400) + days + std::to_string(s % 86400 / 3600) + " h";
}

}  // namespace

class Ping : public Plugin {
  void init(Core& core) override {
    core_ = &core;
    started_ = core.now();
    round_trip_ = core.metrics().histogram("round_trip_seconds",
                                           "Time from /ping until Discord has the answer.");
    core.api().register_command("ping",
                                "Answers with pong, and how long that took",
                                [this](Interaction& i) { return ping(i); });
    core.api().register_command(
        "uptime", "Says since when this plugin has been running", [this](Interaction& i) {
          const auto up = duration_cast<std::chrono::seconds>(core_->now() - started_);
          i.reply("I have been here for " + spoken(up) + ".");
        });
  }

  Task<> ping(Interaction& interaction) {
    const auto way_here = age_of(interaction.json()["id"].id(), core_->system_now());
    const std::string here = std::to_string(way_here.count()) + " ms to get here";
    const auto asked = core_->now();
    const Reply sent = co_await interaction.reply("Pong! Your command took " + here + ".", awaited);
    if (!sent.ok) co_return;
    const auto took = core_->now() - asked;
    round_trip_.observe(took);
    interaction.edit_reply("Pong! " + here + ", " +
                           std::to_string(duration_cast<milliseconds>(took).count()) +
                           " ms for the answer to arrive.");
  }

  Core* core_ = nullptr;
  std::chrono::steady_clock::time_point started_;
  Histogram round_trip_;
};

DISCERN_PLUGIN(Ping)
