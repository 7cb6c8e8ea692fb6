#pragma once

// The window of query.hpp over the file that a Store writes.
//
// Step i of an answer holds the ticks from `from + i * step` up to, and without, the next; there
// are as many steps as it takes to reach `to`. What a total grew between two ticks belongs to the
// step of the later one, over restarts and gaps too: the increases of all steps add up to what it
// grew in the range. Rate is per second of the time that ticks cover, so that a gap inside a
// step does not lower it. Series without a point are left out. Where the clock was set back, so
// that two ticks claim the same time, both count; for Last and quantiles the later one.
//
// Ticks that are damaged are a gap. Damage elsewhere in the file is reported to the Store; until it
// has repaired the file, an answer lacks what cannot be read, or fails with Unavailable.

#include <chrono>
#include <filesystem>
#include <memory>

#include "history/health.hpp"
#include "history/query.hpp"

namespace discern::history {

struct ReaderOptions {
  // Of each call; beyond it, it fails with Timeout.
  std::chrono::milliseconds deadline{5000};
  // Steps times series of an answer.
  std::size_t max_points = 100000;
  // The Store's, which repairs what is reported there; may be null.
  std::shared_ptr<Health> health = nullptr;
};

// A read-only connection to a database file, which a Store may be writing meanwhile. Errors:
// NotFound, Refused (written by another version or program), Corrupt, Io.
Result<std::unique_ptr<Reader>> make_reader(const std::filesystem::path& file,
                                            const ReaderOptions& options = {});

}  // namespace discern::history
