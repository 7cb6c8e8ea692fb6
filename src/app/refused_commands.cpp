#include "app/refused_commands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "discord/model/dispatch.hpp"

namespace discern::app {
namespace {

// Discord knows the command above the subcommands only, and no plugin has a part of another's.
std::string find_owner(const std::string& name, const std::vector<plugin::CommandStatus>& known) {
  const auto owner = std::find_if(known.begin(), known.end(), [&](const auto& command) {
    return command.name == name || command.name.starts_with(name + " ");
  });
  return owner == known.end() ? std::string() : owner->plugin;
}

}  // namespace

std::vector<std::string> refused_commands(const std::vector<discord::LeftOutCommand>& left_out,
                                          const std::vector<plugin::CommandStatus>& known) {
  constexpr int kMessageCommand = 3;
  std::vector<std::string> out;
  for (const discord::LeftOutCommand& one : left_out) {
    const bool ours = one.type >= 1 && one.type <= kMessageCommand;
    const std::string name =
        ours ? discord::command_name(static_cast<discord::CommandType>(one.type), one.name)
             : one.name + " (entry point)";
    const std::string owner = find_owner(name, known);
    out.push_back(fmt::format(
        "Discord refuses the command \"{}\"{}: {}. It is left out, and all others are registered; "
        "fix the {} and reload it",
        name,
        owner.empty() ? "" : " of plugin \"" + owner + "\"",
        one.why.empty() ? "it does not say why"
                        : one.why.substr(0, one.why.find_last_not_of('.') + 1),
        owner.empty() ? "command" : "plugin"));
  }
  return out;
}

}  // namespace discern::app
