#pragma once

// The web server (src/web).

#include "metrics/descriptor.hpp"

namespace discern::metrics::catalogue {

inline constexpr Descriptor kPageViews{.name = "discern_web_page_views_total",
                                       .help = "Views of the dashboard's pages.",
                                       .labels = {"path"},
                                       .privacy = Privacy::Aggregate};
inline constexpr Descriptor kHttpRequests{
    .name = "discern_web_requests_total",
    .help = "HTTP requests answered, by route and status class (2xx to 5xx).",
    .labels = {"route", "status"}};
inline constexpr Descriptor kHttpDuration{
    .name = "discern_web_request_duration_seconds",
    .help = "Time from a complete HTTP request to its complete answer, by route.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds,
    .labels = {"route"}};
inline constexpr Descriptor kApiRequests{
    .name = "discern_web_api_requests_total",
    .help = "Requests to the HTTP API; live streams are not among them."};
inline constexpr Descriptor kLiveViewers{
    .name = "discern_web_live_viewers", .help = "Open live streams.", .kind = Kind::Gauge};
inline constexpr Descriptor kConnections{
    .name = "discern_web_connections", .help = "Open HTTP connections.", .kind = Kind::Gauge};
inline constexpr Descriptor kRefused{.name = "discern_web_refused_total",
                                     .help = "HTTP requests or connections refused, by reason.",
                                     .labels = {"reason"}};

inline constexpr const Descriptor* kWebFamilies[] = {
    &kPageViews,
    &kHttpRequests,
    &kHttpDuration,
    &kApiRequests,
    &kLiveViewers,
    &kConnections,
    &kRefused,
};

}  // namespace discern::metrics::catalogue
