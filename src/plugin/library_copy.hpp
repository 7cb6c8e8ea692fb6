#pragma once

// A plugin's file, checked, and the private copy that is loaded.

#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace discern::plugin {

// The whole content of <id>.so, which is a plugin of this machine as far as a look at it can tell
// (check_shared_library, check_trust), and has an entry. Runs nothing of it. Errors name the plugin
// and what to do: NotFound, Refused (others can change it), Invalid, Corrupt, Io.
Result<std::string> read_library(const std::string& plugin, const std::filesystem::path& file);

// Writes what was checked to a new file, replacing what has its name: whatever becomes of the
// plugin's own file, what is loaded stays as it was checked. Errors: Io.
Result<void> write_library_copy(const std::string& bytes, const std::filesystem::path& copy);

}  // namespace discern::plugin
