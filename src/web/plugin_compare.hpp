#pragma once

// What a plugin did before and after a moment, from history.

#include <chrono>
#include <string>

#include "base/clock.hpp"
#include "history/query.hpp"

namespace discern::web {

struct Comparison {
  std::string plugin;
  SystemTime at;  // The change.
  std::chrono::minutes span{30};
  SystemTime now;  // What is after it ends here at the latest.
};

// {"plugin", "at", "minutes", "before": {…}, "after": {…}}. What history does not hold is null.
// Errors: those of the reader but NotFound.
Result<std::string> compare(history::Reader& reader, const Comparison& what);

}  // namespace discern::web
