#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

// "playing", "listening", "watching", "custom", "competing".
constexpr std::optional<Presence::Activity> find_activity(std::string_view name) {
  using Kind = Presence::Activity;
  if (name == "playing") return Kind::Playing;
  if (name == "listening") return Kind::Listening;
  if (name == "watching") return Kind::Watching;
  if (name == "custom") return Kind::Custom;
  if (name == "competing") return Kind::Competing;
  return std::nullopt;
}

}  // namespace discern::discord
