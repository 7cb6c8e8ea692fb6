#pragma once

#include "sim/rest/form_problem.hpp"

namespace discern::sim {

inline constexpr int kChatCommand = 1;
inline constexpr int kUserCommand = 2;
inline constexpr int kMessageCommand = 3;
inline constexpr int kEntryPointCommand = 4;

// An application command as a client registers it, checked against Discord's limits.
// Pure. See Discord Docs/Application Commands.
FormProblems check_command(const boost::json::object& command, const std::string& path);

// The whole list of a bulk overwrite: each command, the numbers per type, no name twice.
FormProblems check_command_list(const boost::json::array& commands);

}  // namespace discern::sim
