#pragma once

// Window for web: the JSON of GET /api/metrics and of metrics.json.

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

// A key of a JSON object, escaped and with its colon, and the series whose values add up to its
// value.
struct SeedSum {
  std::string key;
  std::vector<const metrics::Series*> series;
};
using SeedTable = std::vector<SeedSum>;
struct SeedGroup {
  std::string key;
  SeedTable table;
};

// Remembers which series stand where, so that nothing is sorted, looked up or escaped while none is
// added. For snapshots of one registry, which must live; not thread-safe.
class SeedJsonEncoder {
 public:
  // Appends the seed's shape, key for key, from the lifetime totals. Always valid JSON: what is
  // unknown is 0. Keys are sorted, so that two dumps can be compared. Allocates only when series
  // were added, or `out` has to grow.
  void append(std::string& out, const metrics::Snapshot& snapshot, const SeedExtras& extras);

 private:
  void plan(const metrics::Snapshot& snapshot);

  // Of the snapshot that the tables below were made for; 0 series before the first.
  std::size_t series_ = 0;
  std::size_t families_ = 0;
  SeedTable command_usage_;
  SeedTable load_times_;  // Two series each: the time, and whether the plugin is enabled.
  std::vector<SeedGroup> switches_;
  SeedTable errors_;
  std::vector<SeedGroup> plugin_commands_;
  SeedTable page_views_;
};

// The same for a single time.
void append_seed_json(std::string& out,
                      const metrics::Snapshot& snapshot,
                      const SeedExtras& extras);

}  // namespace discern::exporter
