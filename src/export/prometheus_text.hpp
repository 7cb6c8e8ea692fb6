#pragma once

// Window for web: a snapshot as text for Prometheus. Pure.

#include <cstdint>
#include <string>
#include <string_view>

#include "metrics/snapshot.hpp"

namespace discern::exporter {

enum class TextFormat {
  Prometheus,   // text/plain; version=0.0.4
  OpenMetrics,  // application/openmetrics-text; version=1.0.0
};

// The value for Content-Type.
std::string_view content_type(TextFormat format);

// What an Accept header asks for: OpenMetrics when it names it and prefers nothing to it, else
// Prometheus text.
TextFormat negotiate(std::string_view accept);

// About the items of TopK families that count acts of people (Privacy::Aggregate): busiest guilds,
// say. Whatever is not shown is in the sample `other`, so that the sum stays exact.
struct TextOptions {
  bool items = false;             // Show them at all.
  std::uint64_t least_count = 5;  // Show those with at least so many.
};

// Appends all families that have series, sorted by name. Allocates only when `out` has to grow.
//
// Counters began at 0 with this process. Histograms appear with `le` at powers of two, where the
// exponential buckets have edges too, so that no count is estimated. A Distinct is a gauge with the
// estimate. A TopK is a gauge: one sample for each of its busiest items, with the count that is
// certain, and one named `other` with the rest.
void append_text(std::string& out,
                 const metrics::Snapshot& snapshot,
                 TextFormat format,
                 const TextOptions& options = {});

}  // namespace discern::exporter
