#pragma once

// Whether a file can be a plugin of this machine, checked before the loader maps it. Pure.

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace discern::plugin {

// Checks everything that dlopen reads without checking it itself: segments, dynamic section,
// string, symbol, hash and version tables, relocations. What the file says twice (in its segments
// and in its sections) must agree. `file` is the whole file; `name` is for the sentence. Errors:
// Invalid (not a plugin of this machine), Corrupt (cut short or damaged).
Result<void> check_shared_library(std::string_view file, std::string_view name);

// Whether a file that passed the check defines `symbol` for others.
bool exports_symbol(std::string_view file, std::string_view symbol);

}  // namespace discern::plugin
