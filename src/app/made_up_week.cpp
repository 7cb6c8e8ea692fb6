#include "app/made_up_week.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>

#include "metrics/catalogue.hpp"
#include "metrics/registry.hpp"

namespace discern::app {
namespace {

namespace catalogue = metrics::catalogue;
using namespace std::chrono_literals;

struct Share {
  std::string_view name;
  double share;
};
// Of the events, and of the commands, that the simulated Discord sends the demonstration's plugins.
constexpr Share kEvents[] = {{"MESSAGE_CREATE", 0.775},
                             {"MESSAGE_UPDATE", 0.026},
                             {"MESSAGE_DELETE", 0.013},
                             {"GUILD_UPDATE", 0.0013}};
constexpr double kInteractions = 0.18;
struct Command {
  std::string_view plugin;
  std::string_view name;
  double share;
  double seconds;  // It takes, as a rule.
  double failing;  // Share that fails.
};
constexpr Command kCommands[] = {{"ping", "ping", 0.3, 0.0008, 0},
                                 {"trivia", "trivia answer", 0.22, 0.0011, 0},
                                 {"trivia", "trivia score", 0.16, 0.0009, 0},
                                 {"demo", "roll", 0.14, 0.0004, 1.0 / 36},
                                 {"demo", "flaky", 0.08, 0.0005, 0},
                                 {"demo", "slow", 0.06, 0.13, 0},
                                 {"demo", "research", 0.04, 0.0003, 0}};

// How lively people are: an evening peak, a quiet night, fuller at the weekend. The mean is
// about 1.
double liveliness(SystemTime t) {
  constexpr double kTurn = 6.283185307179586;
  const double days = epoch_seconds(t) / 86'400;
  const double day = 1 + 0.6 * std::sin(kTurn * (days - 0.55)) + 0.15 * std::sin(2 * kTurn * days);
  const auto weekday = static_cast<std::int64_t>(std::floor(days)) % 7;  // 0 is a Thursday.
  return day * (weekday == 2 || weekday == 3 ? 1.2 : 0.92);
}

// The demonstration's own incident, ten minutes apart.
bool is_incident(SystemTime t) {
  return std::fmod(epoch_seconds(t) / 600, 1.0) < 0.12;
}

class Week {
 public:
  Week(const MadeUpWeek& week, SystemTime begin, SystemTime end)
      : week_(week), begin_(begin), end_(end), registry_(begin), random_(week.random_seed) {
    for (const Share& event : kEvents) {
      events_.push_back(registry_.counter(catalogue::kGatewayEvents, event.name));
    }
    interactions_ = registry_.counter(catalogue::kGatewayEvents, "INTERACTION_CREATE");
    handled_ = registry_.counter(catalogue::kPluginEvents, "activity");
    messages_ = registry_.counter(catalogue::kMessages, "person");
    for (const Command& c : kCommands) {
      commands_.push_back({registry_.counter(catalogue::kCommands, c.plugin, c.name),
                           registry_.counter(catalogue::kCommandErrors, c.plugin, c.name),
                           registry_.counter(catalogue::kPluginErrors, c.plugin, "command"),
                           registry_.histogram(catalogue::kCommandDuration, c.name)});
    }
  }

  // What happened between two instants.
  void live(SystemTime from, SystemTime to) {
    const double expected = week_.events_per_second * liveliness(to) * wobble() *
                            std::chrono::duration<double>(to - from).count();
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const std::uint64_t n = some(expected * kEvents[i].share);
      events_[i].add(n);
      if (i > 0) continue;
      messages_.add(n);
      handled_.add(n);
    }
    for (std::size_t i = 0; i < commands_.size(); ++i) {
      const std::uint64_t n = some(expected * kInteractions * kCommands[i].share);
      interactions_.add(n);
      use(i, n, to);
    }
    const double grown = std::chrono::duration<double>(to - begin_) / (end_ - begin_);
    const auto guilds = static_cast<double>(week_.guilds);
    registry_.gauge(catalogue::kGuilds).set(std::round(guilds * (0.9 + 0.1 * grown)));
  }

  metrics::SnapshotPtr snapshot(SystemTime t) {
    return registry_.snapshot(t, SteadyTime(t.time_since_epoch()));
  }
  metrics::Registry& registry() { return registry_; }

 private:
  struct Handles {
    metrics::Counter uses;
    metrics::Counter errors;
    metrics::Counter plugin_errors;
    metrics::Histogram duration;
  };

  void use(std::size_t i, std::uint64_t n, SystemTime t) {
    const Command& command = kCommands[i];
    const bool failing = command.name == "flaky" && is_incident(t);
    const std::uint64_t failed =
        std::min(n, some(static_cast<double>(n) * (failing ? 0.6 : command.failing)));
    commands_[i].uses.add(n);
    commands_[i].errors.add(failed);
    commands_[i].plugin_errors.add(failed);
    std::lognormal_distribution<double> around(std::log(command.seconds), 0.45);
    for (std::uint64_t k = 0; k < n; ++k) commands_[i].duration.observe(around(random_));
  }
  // About as many as are expected, as chance has it.
  std::uint64_t some(double expected) {
    if (!(expected > 0)) return 0;
    return std::poisson_distribution<std::uint64_t>(expected)(random_);
  }
  double wobble() { return std::uniform_real_distribution(0.93, 1.07)(random_); }

  const MadeUpWeek& week_;
  const SystemTime begin_;
  const SystemTime end_;
  metrics::Registry registry_;
  std::mt19937_64 random_;
  std::vector<metrics::Counter> events_;
  metrics::Counter interactions_;
  metrics::Counter handled_;
  metrics::Counter messages_;
  std::vector<Handles> commands_;
};

}  // namespace

std::vector<SystemTime> made_up_ticks(SystemTime end, std::chrono::hours span) {
  std::vector<SystemTime> ticks;
  for (SystemTime t = end - span; t < end;) {
    ticks.push_back(t);
    const auto left = end - t;
    const auto step = left > 24h ? 10min : left > 6h ? 1min : std::chrono::seconds(10);
    t += step;
  }
  return ticks;
}

Result<void> write_made_up_week(history::Store& store,
                                SystemTime end,
                                const MadeUpWeek& week,
                                std::span<const history::StateRow> marks) {
  const std::vector<SystemTime> ticks = made_up_ticks(end, week.span);
  if (ticks.empty()) return {};
  return store.make_up([&]() -> Result<void> {
    Week made(week, ticks.front(), end);
    made.registry().annotate({ticks.front(), "demo", "Made-up history begins."});
    SystemTime before = ticks.front();
    for (const SystemTime t : ticks) {
      made.live(before, t);
      if (t == ticks.back()) {
        made.registry().annotate({end, "demo", "What is before this was made up for the demo."});
      }
      const bool first = t == ticks.front();
      auto written = store.commit(*made.snapshot(t), first ? marks : decltype(marks)());
      if (!written) return written;
      before = t;
    }
    return {};
  });
}

}  // namespace discern::app
