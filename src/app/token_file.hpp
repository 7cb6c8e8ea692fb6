#pragma once

#include <string>

#include "base/error.hpp"
#include "base/secret.hpp"

namespace discern::app {

// The bot token that the file holds, and nothing else. Errors, none of which repeats a token:
// Refused (others may read the file), NotFound, Invalid, Io.
Result<Secret> read_token_file(const std::string& path);

}  // namespace discern::app
