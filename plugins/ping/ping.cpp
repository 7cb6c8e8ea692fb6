// The smallest useful plugin: /ping and /uptime.

#include <discern/plugin/plugin.hpp>

#include <chrono>
#include <string>

using namespace discern::plugin;
using Clock = std::chrono::steady_clock;

namespace {

// Discord's ids carry their time of birth: milliseconds since 2015 in the upper 42 bits.
std::chrono::milliseconds age_of(std::uint64_t snowflake) {
  const std::chrono::milliseconds born(static_cast<std::int64_t>(snowflake >> 22) + 1420070400000);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(now) - born,
                  std::chrono::milliseconds(0));
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
    round_trip_ = core.metrics().histogram("round_trip_seconds",
                                           "Time from /ping until Discord has the answer.");
    core.api().register_command(
        "ping", "Answers with pong, and how long that took", [this](Interaction& i) { ping(i); });
    core.api().register_command(
        "uptime", "Says since when this plugin has been running", [this](Interaction& i) {
          const auto up = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started_);
          i.reply("I have been here for " + spoken(up) + ".");
        });
  }

  void ping(Interaction& interaction) {
    const auto asked = Clock::now();
    const auto way_here = age_of(interaction.json()["id"].id());
    interaction.reply(
        "Pong! Your command took " + std::to_string(way_here.count()) + " ms to get here.",
        [this, asked, way_here, interaction](const Reply& reply) {
          if (!reply.ok) return;
          const auto there = Clock::now() - asked;
          round_trip_.observe(there);
          const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(there);
          interaction.edit_reply("Pong! " + std::to_string(way_here.count()) + " ms to get here, " +
                                 std::to_string(ms.count()) + " ms for the answer to arrive.");
        });
  }

  Clock::time_point started_ = Clock::now();
  Histogram round_trip_;
};

DISCERN_PLUGIN(Ping)
