#pragma once

// Discord: the gateway (src/discord/gateway).

#include "metrics/descriptor.hpp"

namespace discern::metrics::catalogue {

inline constexpr Descriptor kGatewayEvents{
    .name = "discern_gateway_events_total",
    .help =
        "Dispatches received from Discord, by event type; each (session, sequence) counts once.",
    .labels = {"type"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kGatewayBytes{
    .name = "discern_gateway_received_bytes_total",
    .help = "Bytes received from the gateway: compressed as on the wire, raw as parsed.",
    .unit = Unit::Bytes,
    .labels = {"form"}};
inline constexpr Descriptor kGatewaySends{.name = "discern_gateway_sends_total",
                                          .help = "Payloads sent to the gateway, by opcode.",
                                          .labels = {"op"}};
inline constexpr Descriptor kHeartbeatRtt{.name = "discern_gateway_heartbeat_rtt_seconds",
                                          .help = "Time from a heartbeat to its acknowledgement.",
                                          .kind = Kind::Histogram,
                                          .unit = Unit::Seconds,
                                          .labels = {"shard"}};
inline constexpr Descriptor kHeartbeatMissed{
    .name = "discern_gateway_heartbeats_missed_total",
    .help = "Heartbeats that were due while the one before was unanswered.",
    .labels = {"shard"}};
inline constexpr Descriptor kShardReady{.name = "discern_gateway_shard_ready",
                                        .help = "1 while a shard has a live session, else 0.",
                                        .kind = Kind::Gauge,
                                        .labels = {"shard"}};
inline constexpr Descriptor kLastAckAge{
    .name = "discern_gateway_last_ack_age_seconds",
    .help = "Time since the last heartbeat acknowledgement of a shard.",
    .kind = Kind::Gauge,
    .unit = Unit::Seconds,
    .labels = {"shard"}};
inline constexpr Descriptor kLastDispatchAge{.name = "discern_gateway_last_dispatch_age_seconds",
                                             .help = "Time since the last dispatch of a shard.",
                                             .kind = Kind::Gauge,
                                             .unit = Unit::Seconds,
                                             .labels = {"shard"}};
inline constexpr Descriptor kGatewayCloses{
    .name = "discern_gateway_closes_total",
    .help =
        "Gateway connections that ended, by the close code of the side that ended it (0 when "
        "there was none) and shard.",
    .labels = {"code", "shard"},
    .max_series = 5000};
inline constexpr Descriptor kGatewayConnects{
    .name = "discern_gateway_connects_total",
    .help =
        "Sessions begun, continued or lost, by how: identify, resume, invalid_session, given_up "
        "(several resumes failed).",
    .labels = {"how"}};
inline constexpr Descriptor kIdentifyRemaining{
    .name = "discern_gateway_identify_remaining",
    .help = "IDENTIFYs left until Discord's daily limit resets.",
    .kind = Kind::Gauge};
inline constexpr Descriptor kIdentifyReset{
    .name = "discern_gateway_identify_reset_seconds",
    .help = "Time until the daily limit of IDENTIFYs is full again; 0 when it is, or not known.",
    .kind = Kind::Gauge,
    .unit = Unit::Seconds};
inline constexpr Descriptor kGatewayParseErrors{
    .name = "discern_gateway_parse_errors_total",
    .help = "Gateway payloads that could not be understood.",
    .labels = {"kind"}};

inline constexpr const Descriptor* kGatewayFamilies[] = {
    &kGatewayEvents,
    &kGatewayBytes,
    &kGatewaySends,
    &kHeartbeatRtt,
    &kHeartbeatMissed,
    &kShardReady,
    &kLastAckAge,
    &kLastDispatchAge,
    &kGatewayCloses,
    &kGatewayConnects,
    &kIdentifyRemaining,
    &kIdentifyReset,
    &kGatewayParseErrors,
};

}  // namespace discern::metrics::catalogue
