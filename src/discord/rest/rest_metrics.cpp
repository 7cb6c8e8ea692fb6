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
      bucket_use_(registry.gauges(catalogue::kRestBucketUse)),
      wait_(registry.histogram(catalogue::kRestQueueWait)),
      waiting_(registry.gauge(catalogue::kRestWaiting)),
      invalid_(registry.gauge(catalogue::kRestInvalid)) {}

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

void RestMetrics::show(const RestStatus& status) {
  waiting_.set(static_cast<double>(status.waiting));
  invalid_.set(status.invalid);
  for (const auto& [route, gauge] : shown_) gauge.set(0);
  for (const RouteLimit& limit : status.routes) {
    if (limit.limit == 0) continue;
    const auto [known, is_new] = shown_.try_emplace(limit.route);
    if (is_new) known->second = bucket_use_.with(limit.route);
    const double used = 1.0 - static_cast<double>(limit.remaining) / limit.limit;
    known->second.set(limit.blocked ? 1 : used);
  }
}

}  // namespace discern::discord
