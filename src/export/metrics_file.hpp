#pragma once

// metrics.json: the seed's JSON as a file, and its totals read back when there is no database.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "metrics/series.hpp"

namespace discern::exporter {

// A lifetime total as Registry::restore takes it.
struct RestoredTotal {
  std::string family;
  std::string key;
  metrics::Total total;
};

struct RestoredMetrics {
  std::vector<RestoredTotal> totals;
  // Of the process that wrote the file.
  std::uint64_t restart_count = 0;
};

// The totals in the seed's JSON. What the file sums up comes back summed: events under type
// "other", errors under kind "other". Unknown keys are ignored. Errors: Corrupt, with what is
// wrong.
Result<RestoredMetrics> parse_seed_json(std::string_view text);

// The same JSON, indented by two spaces as the original specification writes it. Precondition: it
// is valid and has no space between its tokens.
std::string indent_json(std::string_view json);

}  // namespace discern::exporter
