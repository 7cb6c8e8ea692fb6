#include "web/request_meter.hpp"

#include <algorithm>
#include <cmath>

#include "metrics/catalogue.hpp"

namespace discern::web {
namespace {

namespace catalogue = metrics::catalogue;

constexpr std::array<std::string_view, 6> kClasses = {"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"};

}  // namespace

void RecentTimes::record(double ms) {
  const std::uint64_t count = count_.load(std::memory_order_relaxed);
  times_[count % kSize].store(static_cast<float>(ms), std::memory_order_relaxed);
  count_.store(count + 1, std::memory_order_release);
}

std::vector<double> RecentTimes::all() const {
  const std::uint64_t count = count_.load(std::memory_order_acquire);
  std::vector<double> times;
  times.reserve(kSize);
  for (std::uint64_t i = count > kSize ? count - kSize : 0; i < count; ++i) {
    const double ms = times_[i % kSize].load(std::memory_order_relaxed);
    // Microseconds are as exact as it gets.
    times.push_back(std::round(ms * 1000) / 1000);
  }
  return times;
}

RequestMeter::RequestMeter(metrics::Registry& registry)
    : requests_(registry.counters(catalogue::kHttpRequests)),
      durations_(registry.histograms(catalogue::kHttpDuration)),
      refused_(registry.counters(catalogue::kRefused)),
      api_requests_(registry.counter(catalogue::kApiRequests)),
      viewers_(registry.gauge(catalogue::kLiveViewers)),
      connections_(registry.gauge(catalogue::kConnections)),
      now_(std::chrono::steady_clock::now()) {
  add_route("none", RequestKind::Page);
}

std::uint32_t RequestMeter::add_route(std::string_view label, RequestKind kind) {
  routes_.push_back({std::string(label), kind, {}, {}});
  return static_cast<std::uint32_t>(routes_.size() - 1);
}

void RequestMeter::on_answered(std::uint32_t tag, int status, std::chrono::nanoseconds took) {
  Route& route = routes_[std::min<std::size_t>(tag, routes_.size() - 1)];
  const auto status_class = static_cast<std::size_t>(std::clamp(status / 100, 0, 5));
  auto& answers = route.answers[status_class];
  if (!answers) answers = requests_.with(route.label, kClasses[status_class]);
  answers->add();
  errors_.record(now_, status >= 400);
  if (route.kind == RequestKind::Stream) return;
  if (!route.duration) route.duration = durations_.with(route.label);
  route.duration->observe(seconds(took));
  if (route.kind == RequestKind::Api) {
    api_requests_.add();
    api_times_.record(seconds(took) * 1000);
  }
}

void RequestMeter::on_refused(std::string_view reason) {
  refused_.with(reason).add();
}

void RequestMeter::on_timer(std::size_t connections, SteadyTime now) {
  now_ = now;
  connections_.set(static_cast<double>(connections));
  error_rate_.store(errors_.rate(now), std::memory_order_relaxed);
}

}  // namespace discern::web
