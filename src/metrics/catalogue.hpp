#pragma once

// Every built-in family, in one table. The documentation, `# HELP`, the dashboard's units and the
// "what we collect" page are produced from it.
//
// To add one: write its Descriptor in the group of its subsystem and name it in `kAll` below; the
// compiler checks the name, and a test that docs/metrics.md agrees.

#include "metrics/descriptor.hpp"

namespace discern::metrics::catalogue {

// ---- the process and its loops (src/collect, src/app)
inline constexpr Descriptor kUptime{.name = "discern_process_uptime_seconds",
                                    .help = "Time since this process started.",
                                    .kind = Kind::Gauge,
                                    .unit = Unit::Seconds};
inline constexpr Descriptor kRestarts{
    .name = "discern_process_restarts",
    .help = "How many times the program was started before, since the data directory was created.",
    .kind = Kind::Gauge};
inline constexpr Descriptor kResidentMemory{.name = "discern_process_resident_memory_bytes",
                                            .help = "Resident memory of the process.",
                                            .kind = Kind::Gauge,
                                            .unit = Unit::Bytes};
inline constexpr Descriptor kHeap{.name = "discern_process_heap_bytes",
                                  .help = "Memory handed out by the C library's allocator.",
                                  .kind = Kind::Gauge,
                                  .unit = Unit::Bytes};
inline constexpr Descriptor kCpu{.name = "discern_process_cpu_seconds_total",
                                 .help = "Processor time of the process, user and system together.",
                                 .kind = Kind::Counter,
                                 .unit = Unit::Seconds,
                                 .step = 1e-9};
inline constexpr Descriptor kCpuUsage{
    .name = "discern_process_cpu_usage_ratio",
    .help = "Processor time over the last interval; 1 is one core fully used.",
    .kind = Kind::Gauge,
    .unit = Unit::Ratio};
inline constexpr Descriptor kOpenFds{
    .name = "discern_process_open_fds", .help = "Open file descriptors.", .kind = Kind::Gauge};
inline constexpr Descriptor kMaxFds{.name = "discern_process_max_fds",
                                    .help = "Most file descriptors the process may have open.",
                                    .kind = Kind::Gauge};
inline constexpr Descriptor kThreads{
    .name = "discern_process_threads", .help = "Threads of the process.", .kind = Kind::Gauge};
inline constexpr Descriptor kStartTime{
    .name = "discern_process_start_time_seconds",
    .help = "When this process started, in seconds since the Unix epoch.",
    .kind = Kind::Gauge,
    .unit = Unit::Seconds};
inline constexpr Descriptor kLoopDelay{
    .name = "discern_loop_delay_seconds",
    .help = "How long work that was posted to an event loop waited before it ran.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds,
    .labels = {"loop"}};
inline constexpr Descriptor kLoopStall{
    .name = "discern_loop_stall_seconds",
    .help = "For how long the event loop has not answered by now; 0 when it does.",
    .kind = Kind::Gauge,
    .unit = Unit::Seconds,
    .labels = {"loop"}};
inline constexpr Descriptor kCollectorDuration{.name = "discern_collector_duration_seconds",
                                               .help = "How long the last run of a collector took.",
                                               .kind = Kind::Gauge,
                                               .unit = Unit::Seconds,
                                               .labels = {"collector"}};
inline constexpr Descriptor kCollectorSuccess{
    .name = "discern_collector_success",
    .help = "1 when the last run of a collector succeeded, else 0.",
    .kind = Kind::Gauge,
    .labels = {"collector"}};

// ---- Discord: gateway (src/discord/gateway)
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
    .help = "Gateway connections that ended, by close code (0 when there was none).",
    .labels = {"code"}};
inline constexpr Descriptor kGatewayConnects{
    .name = "discern_gateway_connects_total",
    .help = "Sessions begun or continued, by how: identify, resume, invalid_session.",
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

// ---- Discord: what the bot sees (src/discord)
inline constexpr Descriptor kGuilds{.name = "discern_discord_guilds",
                                    .help = "Guilds the bot is in, those with an outage included.",
                                    .kind = Kind::Gauge,
                                    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kUnavailableGuilds{
    .name = "discern_discord_guilds_unavailable",
    .help = "Guilds the bot is in that Discord cannot serve at the moment.",
    .kind = Kind::Gauge};
inline constexpr Descriptor kUsers{
    .name = "discern_discord_users",
    .help = "Sum of the guilds' member counts; a person in two guilds counts twice.",
    .kind = Kind::Gauge,
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kGuildJoins{.name = "discern_discord_guild_joins_total",
                                        .help = "Guilds that added the bot.",
                                        .privacy = Privacy::Aggregate};
inline constexpr Descriptor kGuildLeaves{.name = "discern_discord_guild_leaves_total",
                                         .help = "Guilds that removed the bot.",
                                         .privacy = Privacy::Aggregate};
inline constexpr Descriptor kMessages{
    .name = "discern_discord_messages_total",
    .help = "Messages seen, by kind of author: person, bot or webhook.",
    .labels = {"author"},
    .privacy = Privacy::Aggregate};

// ---- Discord: interactions (src/plugin)
inline constexpr Descriptor kCommands{
    .name = "discern_discord_commands_total",
    .help = "Slash commands used; a subcommand is named by its path.",
    .labels = {"plugin", "command"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kInteractionsReceived{
    .name = "discern_discord_interactions_received_total",
    .help = "Interactions that Discord sent, by type; those it sent twice count twice.",
    .labels = {"type"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kInteractionArrival{
    .name = "discern_discord_interaction_arrival_seconds",
    .help = "Time from Discord creating an interaction until it arrived here.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds,
    .labels = {"type"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kInteractionsAcknowledged{
    .name = "discern_discord_interactions_acknowledged_total",
    .help =
        "Interactions whose first answer Discord accepted, so within 3 s, by who gave it: plugin, "
        "or host (a deferral on the plugin's behalf, an apology).",
    .labels = {"type", "by"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kInteractionErrors{
    .name = "discern_discord_interaction_errors_total",
    .help = "Answers to interactions that Discord refused, by its JSON code (0 without one).",
    .labels = {"type", "code"}};
inline constexpr Descriptor kInteractions{.name = "discern_discord_interactions_total",
                                          .help =
                                              "Interactions by type and outcome: done, failed, "
                                              "late, expired, unknown, dropped, disabled, "
                                              "duplicate.",
                                          .labels = {"type", "outcome"},
                                          .privacy = Privacy::Aggregate};
inline constexpr Descriptor kCommandDuration{
    .name = "discern_discord_command_duration_seconds",
    .help = "Time from receiving a slash command until its handler returned.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds,
    .labels = {"command"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kInteractionAck{
    .name = "discern_discord_interaction_ack_seconds",
    .help = "Time from Discord creating an interaction until its first answer was accepted.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds,
    .labels = {"type"},
    .privacy = Privacy::Aggregate};
inline constexpr Descriptor kCommandErrors{.name = "discern_discord_command_errors_total",
                                           .help = "Slash commands whose handler failed.",
                                           .labels = {"plugin", "command"},
                                           .privacy = Privacy::Aggregate};

// ---- Discord: REST (src/discord/rest)
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

// ---- plugins (src/plugin)
inline constexpr Descriptor kPluginLoad{
    .name = "discern_plugin_load_seconds",
    .help = "How long the last load of a plugin took, its init included.",
    .kind = Kind::Gauge,
    .unit = Unit::Seconds,
    .labels = {"plugin"}};
inline constexpr Descriptor kPluginEnabled{.name = "discern_plugin_enabled",
                                           .help = "1 while a plugin is enabled, else 0.",
                                           .kind = Kind::Gauge,
                                           .labels = {"plugin"}};
inline constexpr Descriptor kPluginSwitches{.name = "discern_plugin_switches_total",
                                            .help = "How often a plugin was enabled or disabled.",
                                            .labels = {"plugin", "to"}};
inline constexpr Descriptor kPluginErrors{
    .name = "discern_plugin_errors_total",
    .help = "Errors of a plugin, by kind: load, init, command, event, timer, route, reported, ...",
    .labels = {"plugin", "kind"}};
inline constexpr Descriptor kPluginCpu{.name = "discern_plugin_cpu_seconds_total",
                                       .help = "Processor time of a plugin's own thread.",
                                       .unit = Unit::Seconds,
                                       .labels = {"plugin"},
                                       .step = 1e-9};
inline constexpr Descriptor kPluginHandler{
    .name = "discern_plugin_handler_seconds",
    .help = "How long a plugin's handlers ran, by kind: init, command, event, timer, route.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds,
    .labels = {"plugin", "kind"}};
inline constexpr Descriptor kPluginQueueDelay{
    .name = "discern_plugin_queue_delay_seconds",
    .help = "How long work for a plugin waited in its queue.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds,
    .labels = {"plugin"}};
inline constexpr Descriptor kPluginQueueDepth{.name = "discern_plugin_queue_depth",
                                              .help = "Work waiting in a plugin's queue.",
                                              .kind = Kind::Gauge,
                                              .labels = {"plugin"}};
inline constexpr Descriptor kPluginEvents{.name = "discern_plugin_events_total",
                                          .help = "Events handed to a plugin.",
                                          .labels = {"plugin"}};
inline constexpr Descriptor kPluginDropped{
    .name = "discern_plugin_dropped_total",
    .help = "Work refused because a plugin's queue was full, by kind.",
    .labels = {"plugin", "kind"}};
inline constexpr Descriptor kPluginStalls{
    .name = "discern_plugin_stalls_total",
    .help = "How often a plugin's handler ran over its time budget.",
    .labels = {"plugin"}};
inline constexpr Descriptor kPluginRest{.name = "discern_plugin_rest_requests_total",
                                        .help = "REST requests a plugin caused.",
                                        .labels = {"plugin"}};

// ---- web (src/web)
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

// ---- Discern's own cost (src/app, src/history, src/metrics)
inline constexpr Descriptor kFolded{
    .name = "discern_metrics_folded_total",
    .help = "Look-ups of label sets beyond a family's limit, counted as \"other\" instead.",
    .labels = {"family"}};
inline constexpr Descriptor kSeries{
    .name = "discern_metrics_series", .help = "Series in the registry.", .kind = Kind::Gauge};
inline constexpr Descriptor kMetricsMemory{
    .name = "discern_metrics_memory_bytes",
    .help = "Memory of all series: texts, indexes, cells of all threads, snapshots kept for reuse.",
    .kind = Kind::Gauge,
    .unit = Unit::Bytes};
inline constexpr Descriptor kSeriesMemory{.name = "discern_metrics_memory_per_series_bytes",
                                          .help = "Memory of all series divided by their number.",
                                          .kind = Kind::Gauge,
                                          .unit = Unit::Bytes};
inline constexpr Descriptor kCellUsage{
    .name = "discern_metrics_cell_usage_ratio",
    .help = "Share of the cells for counters and histograms that was ever handed out.",
    .kind = Kind::Gauge,
    .unit = Unit::Ratio};
inline constexpr Descriptor kOperationCost{
    .name = "discern_metrics_operation_cost_seconds",
    .help =
        "Time of one operation, measured when the program started: increment, look_up (an "
        "increment by name), observe, timer.",
    .kind = Kind::Gauge,
    .unit = Unit::Seconds,
    .labels = {"operation"}};
inline constexpr Descriptor kExportDuration{
    .name = "discern_export_duration_seconds",
    .help = "How long encoding a snapshot took, by format: prometheus, openmetrics, json, otlp.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds,
    .labels = {"format"}};
inline constexpr Descriptor kTickDuration{
    .name = "discern_tick_duration_seconds",
    .help = "How long a part of the tick took: collect, snapshot, live, history, backup.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds,
    .labels = {"part"}};
inline constexpr Descriptor kTickFailures{.name = "discern_tick_failures_total",
                                          .help = "Parts of a tick that failed.",
                                          .labels = {"part"}};
inline constexpr Descriptor kHistoryBytes{
    .name = "discern_history_size_bytes",
    .help = "Size of the history database on disk, all its files together.",
    .kind = Kind::Gauge,
    .unit = Unit::Bytes};
inline constexpr Descriptor kHistorySamples{.name = "discern_history_samples_total",
                                            .help = "Samples written to history."};

inline constexpr const Descriptor* kAll[] = {
    &kUptime,
    &kRestarts,
    &kResidentMemory,
    &kHeap,
    &kCpu,
    &kCpuUsage,
    &kOpenFds,
    &kMaxFds,
    &kThreads,
    &kStartTime,
    &kLoopDelay,
    &kLoopStall,
    &kCollectorDuration,
    &kCollectorSuccess,
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
    &kGuilds,
    &kUnavailableGuilds,
    &kUsers,
    &kGuildJoins,
    &kGuildLeaves,
    &kMessages,
    &kCommands,
    &kInteractionsReceived,
    &kInteractionArrival,
    &kInteractionsAcknowledged,
    &kInteractionErrors,
    &kInteractions,
    &kCommandDuration,
    &kInteractionAck,
    &kCommandErrors,
    &kRestRequests,
    &kRestDuration,
    &kRestQueueWait,
    &kRestLimited,
    &kRestBucketUse,
    &kRestWaiting,
    &kRestInvalid,
    &kRestErrors,
    &kPluginLoad,
    &kPluginEnabled,
    &kPluginSwitches,
    &kPluginErrors,
    &kPluginCpu,
    &kPluginHandler,
    &kPluginQueueDelay,
    &kPluginQueueDepth,
    &kPluginEvents,
    &kPluginDropped,
    &kPluginStalls,
    &kPluginRest,
    &kPageViews,
    &kHttpRequests,
    &kHttpDuration,
    &kApiRequests,
    &kLiveViewers,
    &kConnections,
    &kRefused,
    &kFolded,
    &kSeries,
    &kMetricsMemory,
    &kSeriesMemory,
    &kCellUsage,
    &kOperationCost,
    &kExportDuration,
    &kTickDuration,
    &kTickFailures,
    &kHistoryBytes,
    &kHistorySamples,
};

consteval bool all_names_are_valid() {
  for (const Descriptor* family : kAll) {
    if (!is_valid_name(*family) || !family->name.starts_with("discern_")) return false;
    if (!has_valid_labels(*family) || !family->help.ends_with('.')) return false;
  }
  return true;
}
static_assert(all_names_are_valid(), "a family's name breaks the rule of descriptor.hpp");

}  // namespace discern::metrics::catalogue
