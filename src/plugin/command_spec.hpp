#pragma once

// What plugins declare as slash commands, and the JSON that Discord wants for it. Pure.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace discern::plugin {

// What Discord allows a bot, not counting subcommands.
inline constexpr std::size_t kMostCommands = 100;

// One command without subcommands, or one subcommand.
struct CommandSpec {
  std::string path;  // "ping", "trivia play", "music queue add"
  std::string description;
  std::string options_json;     // Array or empty.
  std::string attributes_json;  // Object or empty; belongs to the top-level command.

  std::string_view root() const { return std::string_view(path).substr(0, path.find(' ')); }
  bool operator==(const CommandSpec&) const = default;
};

// Whether Discord would take it and it fits to the others: a command that has subcommands cannot be
// used itself. The error says what to change.
Result<void> check_command(const CommandSpec& spec, std::span<const CommandSpec> others);

// Whether its attributes ask for private answers.
bool answers_privately(const CommandSpec& spec);

// The body for Discord's bulk overwrite, sorted by name, so that equal sets give equal text.
// Precondition: each passed check_command.
std::string commands_json(std::vector<CommandSpec> specs);

}  // namespace discern::plugin
