#pragma once

#include <cstdint>
#include <string>

namespace discern::discord {

// How the bot shows itself in the member list. See Discord Docs/Gateway Events, Update Presence.
struct Presence {
  enum class Activity : std::uint8_t {
    Playing = 0,
    Listening = 2,
    Watching = 3,
    Custom = 4,  // The text alone.
    Competing = 5,
  };
  std::string status = "online";  // online, dnd, idle, invisible
  Activity activity = Activity::Custom;
  std::string text;  // Empty: no activity.
  bool operator==(const Presence&) const = default;
};

}  // namespace discern::discord
