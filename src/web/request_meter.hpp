#pragma once

// Counts what the server does: requests, durations, errors, refusals.

#include <array>
#include <atomic>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "metrics/registry.hpp"
#include "web/error_window.hpp"

namespace discern::web {

// The durations of the newest 100 API requests. One writer, any readers.
class RecentTimes {
 public:
  static constexpr std::size_t kSize = 100;
  void record(double ms);
  // Oldest first.
  std::vector<double> all() const;

 private:
  std::array<std::atomic<float>, kSize> times_{};
  std::atomic<std::uint64_t> count_{0};
};

enum class RequestKind {
  Page,    // Anything that is not one of these.
  Api,     // Counted as a request to the API, and timed.
  Stream,  // Open for hours: its duration says nothing.
};

// Members are for the web thread, unless they say otherwise.
class RequestMeter {
 public:
  explicit RequestMeter(metrics::Registry& registry);

  // A route for later: its label, its kind; returns its tag. Tag 0 is for requests that never
  // reached a route.
  std::uint32_t add_route(std::string_view label, RequestKind kind);

  void on_answered(std::uint32_t tag, int status, std::chrono::nanoseconds took);
  void on_refused(std::string_view reason);
  void on_timer(std::size_t connections, SteadyTime now);

  const metrics::Gauge& viewers() const { return viewers_; }
  // From any thread. Not older than a quarter of a second.
  double error_rate() const { return error_rate_.load(std::memory_order_relaxed); }
  std::vector<double> api_times() const { return api_times_.all(); }

 private:
  struct Route {
    std::string label;
    RequestKind kind;
    // By first digit of the status. Made when first needed: most routes see only one or two.
    std::array<std::optional<metrics::Counter>, 6> answers;
    std::optional<metrics::Histogram> duration;
  };

  metrics::Family<metrics::Counter>& requests_;
  metrics::Family<metrics::Histogram>& durations_;
  metrics::Family<metrics::Counter>& refused_;
  const metrics::Counter api_requests_;
  const metrics::Gauge viewers_;
  const metrics::Gauge connections_;
  std::vector<Route> routes_;
  ErrorWindow errors_;
  SteadyTime now_;  // A quarter of a second old at most: fine for a window of five minutes.
  std::atomic<double> error_rate_{0};
  RecentTimes api_times_;
};

}  // namespace discern::web
