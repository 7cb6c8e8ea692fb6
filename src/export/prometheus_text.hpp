#pragma once

// Window for web: a snapshot as text for Prometheus. Pure.

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

// What an Accept header asks for: OpenMetrics when it names it, else Prometheus text.
TextFormat negotiate(std::string_view accept);

// Appends all families that have series, sorted by name. Counters began at 0 with this process.
// Histograms appear with `le` at powers of two, where the exponential buckets have edges too, so
// that no count is estimated. Allocates only when `out` has to grow.
void append_text(std::string& out, const metrics::Snapshot& snapshot, TextFormat format);

}  // namespace discern::exporter
