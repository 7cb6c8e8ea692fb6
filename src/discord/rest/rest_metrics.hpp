#pragma once

// The families of the REST client.

#include <map>
#include <string>
#include <string_view>

#include "discord/rest/buckets.hpp"
#include "discord/status.hpp"
#include "metrics/registry.hpp"

namespace discern::discord {

class RestMetrics {
 public:
  explicit RestMetrics(metrics::Registry& registry);

  // `status` 0 without an answer.
  void count_request(std::string_view method, std::string_view route, int status);
  void observe_duration(std::string_view method,
                        std::string_view route,
                        std::chrono::nanoseconds took);
  // Charges a plugin for a request; nothing for the host itself.
  void charge(std::string_view plugin);
  void observe_wait(std::chrono::nanoseconds waited) { wait_.observe(waited); }
  // `plugin` is empty for the host itself, which is shown as "host".
  void count_limited(LimitScope scope, std::string_view plugin);
  void count_error(std::string_view route, int code);
  // The gauges. One thread.
  void show(const RestStatus& status);

 private:
  metrics::Family<metrics::Counter>& requests_;
  metrics::Family<metrics::Histogram>& durations_;
  metrics::Family<metrics::Counter>& limited_;
  metrics::Family<metrics::Counter>& errors_;
  metrics::Family<metrics::Counter>& by_plugin_;
  metrics::Family<metrics::Gauge>& bucket_use_;
  metrics::Histogram wait_;
  metrics::Gauge waiting_;
  metrics::Gauge invalid_;
  // By route: what a route that is no longer limited showed must not stay.
  std::map<std::string, metrics::Gauge, std::less<>> shown_;
};

}  // namespace discern::discord
