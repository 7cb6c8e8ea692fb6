#pragma once

// Discord: REST (src/discord/rest).

#include "metrics/descriptor.hpp"

namespace discern::metrics::catalogue {

inline constexpr Descriptor kRestRequests{
    .name = "discern_rest_requests_total",
    .help = "Requests to Discord's REST API, by templated route and status (0 without an answer).",
    .labels = {"method", "route", "status"},
    .max_series = 2000};
inline constexpr Descriptor kRestDuration{
    .name = "discern_rest_duration_seconds",
    .help = "Time from sending a REST request until its answer, by templated route.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds,
    .labels = {"method", "route"}};
inline constexpr Descriptor kRestQueueWait{
    .name = "discern_rest_queue_wait_seconds",
    .help = "Time a REST request waited for its rate-limit bucket.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds};
inline constexpr Descriptor kRestLimited{
    .name = "discern_rest_rate_limited_total",
    .help =
        "REST answers 429 by scope (user, global, shared, cloudflare) and the plugin that asked.",
    .labels = {"scope", "plugin"}};
inline constexpr Descriptor kRestBucketUse{
    .name = "discern_rest_bucket_use_ratio",
    .help =
        "Share of the rate limit that is used up in the fullest bucket of a route; 1 is waiting.",
    .kind = Kind::Gauge,
    .unit = Unit::Ratio,
    .labels = {"route"}};
inline constexpr Descriptor kRestWaiting{
    .name = "discern_rest_waiting",
    .help = "REST requests that wait for their rate limit or to be tried again.",
    .kind = Kind::Gauge};
inline constexpr Descriptor kRestInvalid{
    .name = "discern_rest_invalid_requests",
    .help =
        "REST answers 401, 403 and 429 (but for shared limits) in the last ten minutes; at 10,000 "
        "Discord bans the address.",
    .kind = Kind::Gauge};
inline constexpr Descriptor kRestErrors{
    .name = "discern_rest_errors_total",
    .help = "Errors of Discord's REST API, by Discord's JSON code.",
    .labels = {"route", "code"}};

inline constexpr const Descriptor* kRestFamilies[] = {
    &kRestRequests,
    &kRestDuration,
    &kRestQueueWait,
    &kRestLimited,
    &kRestBucketUse,
    &kRestWaiting,
    &kRestInvalid,
    &kRestErrors,
};

}  // namespace discern::metrics::catalogue
