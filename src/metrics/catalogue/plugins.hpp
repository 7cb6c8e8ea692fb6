#pragma once

// Plugins (src/plugin).

#include "metrics/descriptor.hpp"

namespace discern::metrics::catalogue {

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
                                            .help =
                                                "How often a plugin was enabled or disabled: by "
                                                "the operator, or by the host for its faults. A "
                                                "start of the program is neither.",
                                            .labels = {"plugin", "to"}};
inline constexpr Descriptor kPluginLoads{
    .name = "discern_plugin_loads_total",
    .help = "How often a plugin was loaded, by reason: start (of the program), enable, reload.",
    .labels = {"plugin", "reason"}};
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
inline constexpr Descriptor kPluginHttp{
    .name = "discern_plugin_http_requests_total",
    .help =
        "Outgoing HTTP requests of a plugin, by outcome: 2xx, 3xx, 4xx, 5xx, failed (no "
        "answer), refused (not sent: not allowed, or too many under way).",
    .labels = {"plugin", "outcome"}};
inline constexpr Descriptor kPluginHttpDuration{
    .name = "discern_plugin_http_request_seconds",
    .help = "Time of a plugin's outgoing HTTP requests until the answer was there, or none came.",
    .kind = Kind::Histogram,
    .unit = Unit::Seconds,
    .labels = {"plugin"}};
inline constexpr Descriptor kPluginAllocatedBytes{
    .name = "discern_plugin_allocated_bytes_total",
    .help = "Bytes that a plugin's own thread asked of operator new, given back or not.",
    .unit = Unit::Bytes,
    .labels = {"plugin"}};
inline constexpr Descriptor kPluginAllocations{
    .name = "discern_plugin_allocations_total",
    .help = "Calls of operator new on a plugin's own thread.",
    .labels = {"plugin"}};
inline constexpr Descriptor kPluginPinned{
    .name = "discern_plugin_pinned_generations",
    .help =
        "Generations of a plugin that ended and whose code is still in memory: abandoned ones, "
        "and those that something in them pins.",
    .kind = Kind::Gauge,
    .labels = {"plugin"}};

inline constexpr const Descriptor* kPluginFamilies[] = {
    &kPluginLoad,
    &kPluginEnabled,
    &kPluginSwitches,
    &kPluginLoads,
    &kPluginErrors,
    &kPluginCpu,
    &kPluginHandler,
    &kPluginQueueDelay,
    &kPluginQueueDepth,
    &kPluginEvents,
    &kPluginDropped,
    &kPluginStalls,
    &kPluginRest,
    &kPluginHttp,
    &kPluginHttpDuration,
    &kPluginAllocatedBytes,
    &kPluginAllocations,
    &kPluginPinned,
};

}  // namespace discern::metrics::catalogue
