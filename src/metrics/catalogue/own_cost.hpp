#pragma once

// Discern's own cost (src/app, src/history, src/export, src/metrics).

#include "metrics/descriptor.hpp"

namespace discern::metrics::catalogue {

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
inline constexpr Descriptor kLogLinesLost{
    .name = "discern_log_lines_lost_total",
    .help = "Log lines that nobody read in time, or that could not be written."};
inline constexpr Descriptor kExceptions{
    .name = "discern_process_exceptions_total",
    .help =
        "Exceptions that ended at a fence of the host: memory, threads or descriptors that the "
        "system refused, or bugs."};
inline constexpr Descriptor kHistoryBytes{
    .name = "discern_history_size_bytes",
    .help = "Size of the history database on disk, all its files together.",
    .kind = Kind::Gauge,
    .unit = Unit::Bytes};
inline constexpr Descriptor kHistorySamples{.name = "discern_history_samples_total",
                                            .help = "Samples written to history."};
inline constexpr Descriptor kHistoryDamagedTicks{
    .name = "discern_history_damaged_ticks_total",
    .help = "Ticks of history that a query found damaged and left out."};
inline constexpr Descriptor kHistoryRepairs{
    .name = "discern_history_repairs_total",
    .help = "How often the damaged database was set aside and replaced."};

inline constexpr const Descriptor* kOwnCostFamilies[] = {
    &kFolded,
    &kSeries,
    &kMetricsMemory,
    &kSeriesMemory,
    &kCellUsage,
    &kOperationCost,
    &kExportDuration,
    &kTickDuration,
    &kTickFailures,
    &kLogLinesLost,
    &kExceptions,
    &kHistoryBytes,
    &kHistorySamples,
    &kHistoryDamagedTicks,
    &kHistoryRepairs,
};

}  // namespace discern::metrics::catalogue
