#pragma once

// The process and its loops (src/collect, src/app).

#include "metrics/descriptor.hpp"

namespace discern::metrics::catalogue {

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
inline constexpr Descriptor kHostCpu{
    .name = "discern_loop_cpu_seconds_total",
    .help =
        "Processor time of the host's own threads. With that of the plugins and what is "
        "unattributed it adds up to that of the process.",
    .unit = Unit::Seconds,
    .labels = {"loop"},
    .step = 1e-9};
inline constexpr Descriptor kUnattributedCpu{
    .name = "discern_process_unattributed_cpu_seconds_total",
    .help =
        "Processor time of threads that are neither the host's nor those it gave to plugins: "
        "plugins or libraries made them.",
    .unit = Unit::Seconds,
    .step = 1e-9};
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

inline constexpr const Descriptor* kProcessFamilies[] = {
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
    &kHostCpu,
    &kUnattributedCpu,
    &kLoopDelay,
    &kLoopStall,
    &kCollectorDuration,
    &kCollectorSuccess,
};

}  // namespace discern::metrics::catalogue
