#pragma once

// One verdict on how the bot is, and on each plugin and command. Pure: the one place that decides.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "plugin/status.hpp"

namespace discern::web {

enum class Level { Unknown, Ok, Warn, Err };
std::string_view to_string(Level level);

// What is wrong with a plugin or a command; `text` is a sentence without its full stop.
struct Health {
  Level level = Level::Warn;
  std::string text;
  std::optional<SystemTime> since;
  bool operator==(const Health&) const = default;
};

// Counts are of the window.
struct CommandCounts {
  std::string plugin;
  std::string name;
  std::uint64_t uses = 0;
  std::uint64_t failed = 0;
  std::uint64_t slow = 0;  // Took kSlow or longer.
  // Of these, in the last minute: what has stopped is no trouble any more.
  std::uint64_t uses_now = 0;
  std::uint64_t failed_now = 0;
  std::uint64_t slow_now = 0;
};
struct PluginCounts {
  std::uint64_t runs = 0;  // Of its handlers.
  std::uint64_t failed = 0;
  // Of these, in the last minute.
  std::uint64_t runs_now = 0;
  std::uint64_t failed_now = 0;
};

struct VerdictInput {
  SystemTime now;
  // Five minutes, or since the start of the program when that is less.
  std::chrono::seconds window{300};
  bool since_start = false;
  std::optional<std::uint64_t> shards_ready;
  std::optional<std::uint64_t> shards_total;
  std::uint64_t commands_last_minute = 0;
  std::vector<plugin::PluginStatus> plugins;
  std::map<std::string, PluginCounts> counts;  // By plugin.
  std::vector<CommandCounts> commands;
};

struct Sentence {
  Level level = Level::Ok;
  std::string text;  // Without its full stop, which follows `since`.
  std::string href;  // The page that tells more.
  std::optional<SystemTime> since;
  bool operator==(const Sentence&) const = default;
};

struct Verdict {
  Level level = Level::Unknown;     // The worst of its sentences.
  std::vector<Sentence> sentences;  // The worst first.
  std::string plugins;              // The state of the plugins in a few words.
  std::map<std::string, Health> plugin;
  std::map<std::string, Health> command;  // By plugin, 0x1f, name.
  bool operator==(const Verdict&) const = default;
};

// From here on the host answers for the plugin, and Discord gives up at 3 s.
inline constexpr std::chrono::seconds kSlow{2};

// A few failures are news, not trouble. Trouble is a command of which at least three uses and a
// tenth failed, or a twentieth of at least twenty was slow; a plugin of which at least five runs
// and a twentieth failed, that is stuck, or that does not run although it should. Counts are
// trouble while they go on: nothing that has not happened for a minute.
// What was in trouble `before`, at the last call, is so since then.
Verdict judge(const VerdictInput& input, const Verdict& before = {});

}  // namespace discern::web
