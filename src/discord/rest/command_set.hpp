#pragma once

// Whether two lists of application commands mean the same, so that nothing is registered that is
// there already: creating commands spends a daily budget. Pure. See Discord Docs/Application
// Commands.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace discern::discord {

struct CommandComparison {
  bool same = false;
  std::uint32_t wanted = 0;  // How many commands the first list holds.
};

// `wanted` is what we would send, `registered` what Discord has; both JSON arrays. Fields that
// Discord fills in by itself (ids, versions, defaults) do not count, nor does the order of
// commands. Invalid: `wanted` is no array of objects with names. A `registered` that is none is not
// the same.
Result<CommandComparison> compare_commands(std::string_view wanted, std::string_view registered);

// `wanted` and the entry points (Discord's type 4, by which an app's Activity is launched) that are
// registered: they are made in the developer portal, and Discord refuses a list without them. What
// is no list is left as it is.
std::string keep_entry_points(std::string wanted, std::string_view registered);

// A guild's own commands without contexts and integration_types, which only global commands have.
// Input that is not a list is returned unchanged.
std::string without_global_fields(std::string wanted);

}  // namespace discern::discord
