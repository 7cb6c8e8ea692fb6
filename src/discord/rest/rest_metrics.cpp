#include "discord/rest/rest_metrics.hpp"

#include <string>

#include "metrics/catalogue.hpp"

namespace discern::discord {

namespace catalogue = metrics::catalogue;

RestMetrics::RestMetrics(metrics::Registry& registry)
    : requests_(registry.counters(catalogue::kRestRequests)),
      durations_(registry.histograms(catalogue::kRestDuration)),
      limited_(registry.counters(catalogue::kRestLimited)),
      errors_(registry.counters(catalogue::kRestErrors)),
      by_plugin_(registry.counters(catalogue::kPluginRest)),
      wait_(registry.histogram(catalogue::kRestQueueWait)) {}

void RestMetrics::count_request(std::string_view method, std::string_view route, int status) {
  requests_.with(method, route, std::to_string(status)).add();
}

void RestMetrics::observe_duration(std::string_view method,
                                   std::string_view route,
                                   std::chrono::nanoseconds took) {
  durations_.with(method, route).observe(took);
}

void RestMetrics::charge(std::string_view plugin) {
  if (!plugin.empty()) by_plugin_.with(plugin).add();
}

void RestMetrics::count_limited(LimitScope scope, std::string_view plugin) {
  limited_.with(to_string(scope), plugin.empty() ? std::string_view("host") : plugin).add();
}

void RestMetrics::count_error(std::string_view route, int code) {
  errors_.with(route, std::to_string(code)).add();
}

}  // namespace discern::discord
