#pragma once

// What a plugin cost and did so far, from one snapshot, as JSON.

#include <string_view>

#include "metrics/snapshot.hpp"
#include "web/json_writer.hpp"

namespace discern::web {

// The members of an object: lifetime totals; quantiles in milliseconds, null without a value.
void append_plugin_cost(JsonWriter& writer,
                        const metrics::Snapshot& snapshot,
                        std::string_view plugin);

}  // namespace discern::web
