#pragma once

// What plugins declare as commands, and the JSON that Discord wants for it. Pure.

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "discord/model/dispatch.hpp"
#include "discord/model/limits.hpp"

namespace discern::plugin {

// One command without subcommands, one subcommand, or one in a menu.
struct CommandSpec {
  std::string path;  // "ping", "trivia play", "music queue add"; of one in a menu, its name.
  std::string description;
  std::string options_json;     // Array or empty.
  std::string attributes_json;  // Object or empty; belongs to the top-level command.
  discord::CommandType type = discord::CommandType::Slash;

  // "music play", "Report (user)"
  std::string name() const { return discord::command_name(type, path); }
  // What Discord knows it by: the first word of the path.
  std::string_view root() const {
    const bool menu = type != discord::CommandType::Slash;
    return menu ? std::string_view(path) : std::string_view(path).substr(0, path.find(' '));
  }
  bool operator==(const CommandSpec&) const = default;
};

// Counts a bot's commands the way Discord does: subcommands are part of the command above them.
class CommandCount {
 public:
  static std::size_t most(discord::CommandType type) {
    namespace limits = discord::limits;
    const limits::Limit& limit = type == discord::CommandType::User      ? limits::kUserCommands
                                 : type == discord::CommandType::Message ? limits::kMessageCommands
                                                                         : limits::kSlashCommands;
    return static_cast<std::size_t>(limit.most);
  }
  // False when this command, or the one above it, was there before.
  bool add(const CommandSpec& spec) {
    return roots_[static_cast<std::size_t>(spec.type) - 1].emplace(spec.root()).second;
  }
  bool has(const CommandSpec& spec) const {
    return roots_[static_cast<std::size_t>(spec.type) - 1].contains(spec.root());
  }
  std::size_t of(discord::CommandType type) const {
    return roots_[static_cast<std::size_t>(type) - 1].size();
  }

 private:
  std::set<std::string, std::less<>> roots_[3];
};

// Whether Discord would take it and it fits to the others: a command that has subcommands cannot be
// used itself. The error says what to change.
Result<void> check_command(const CommandSpec& spec, std::span<const CommandSpec> others);

// The part of it that looks at all plugins of the bot: `count` holds this command, too.
Result<void> check_count(const CommandSpec& spec, const CommandCount& count);

// Whether its attributes ask for private answers.
bool answers_privately(const CommandSpec& spec);

// The body for Discord's bulk overwrite, sorted by name, so that equal sets give equal text.
// Precondition: each passed check_command.
std::string commands_json(std::vector<CommandSpec> specs);

}  // namespace discern::plugin
