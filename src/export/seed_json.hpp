#pragma once

// Window for web: the JSON of GET /api/metrics and of metrics.json. Pure.

#include <string>
#include <vector>

#include "metrics/snapshot.hpp"

namespace discern::exporter {

// What a single snapshot cannot tell, because it is about a stretch of time.
struct SeedExtras {
  double event_loop_delay_ms = 0;       // Mean over the last interval, of the io loop.
  double api_latency_ms = 0;            // Median REST response time over the last 5 minutes.
  std::vector<double> api_response_ms;  // Of the newest 100 API requests, oldest first.
  double error_rate = 0;                // Failed of all web requests, 0 to 1, over 5 minutes.
};

// Appends the seed's shape, key for key, from the lifetime totals. Always valid JSON: what is
// unknown is 0.
void append_seed_json(std::string& out,
                      const metrics::Snapshot& snapshot,
                      const SeedExtras& extras);

}  // namespace discern::exporter
