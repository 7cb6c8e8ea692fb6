#pragma once

// What the host counts about one plugin, resolved once; and the plugin's own families.

#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>

#include "discern/plugin/abi.h"
#include "metrics/registry.hpp"
#include "plugin/loop.hpp"

namespace discern::plugin {

// Handles on the catalogue's plugin families. Cheap to copy; valid as long as the registry.
struct PluginHandles {
  PluginHandles(metrics::Registry& registry, std::string_view plugin);

  metrics::Gauge load_seconds;
  metrics::Gauge enabled;
  metrics::Counter enables;
  metrics::Counter disables;
  metrics::Counter cpu;
  metrics::Histogram queue_delay;
  metrics::Gauge queue_depth;
  metrics::Gauge pinned;
  metrics::Counter events;
  metrics::Counter stalls;
  metrics::Counter allocated_bytes;
  metrics::Counter allocations;
  metrics::Histogram loop_delay;
  metrics::Gauge loop_stall;
  // By WorkKind; empty for the host's own work.
  std::array<metrics::Histogram, kWorkKinds> handler;
  std::array<metrics::Counter, kWorkKinds> dropped;
};

// Families that plugins declared. A name belongs to the plugin that declared it first, so that
// "a" with "b_c" and "a-b" with "c" do not meet. Thread-safe.
class OwnFamilies {
 public:
  explicit OwnFamilies(metrics::Registry& registry) : registry_(registry) {}

  // Returns a number for `find`. Errors: Invalid, Exists, Limit (kMost).
  Result<std::uint64_t> declare(std::string_view plugin, const discern_metric& metric);
  // False when there is no such family. Wait-free for known label values.
  bool find(std::uint64_t family, const metrics::LabelValues& values, discern_series& series);
  // The plugin is off: what its gauges told is not so any more. Counts and sketches stay.
  void zero_gauges(std::string_view plugin);
  static constexpr std::size_t kMost = 4096;  // Families of all plugins together.

 private:
  using AnyFamily = std::variant<metrics::Family<metrics::Counter>*,
                                 metrics::Family<metrics::Gauge>*,
                                 metrics::Family<metrics::Histogram>*,
                                 metrics::Family<metrics::Distinct>*,
                                 metrics::Family<metrics::TopK>*>;
  metrics::Registry& registry_;
  std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> number_;
  std::deque<AnyFamily> families_;
  // The same by number - 1, to be read without the mutex.
  std::array<std::atomic<const AnyFamily*>, kMost> published_{};
};

}  // namespace discern::plugin
