// This process: memory, processor time, threads, descriptors, uptime.

#include <malloc.h>
#include <unistd.h>

#include <limits>

#include "collect/all_collectors.hpp"
#include "collect/parsers.hpp"
#include "collect/thread_cpu.hpp"
#include "metrics/catalogue.hpp"

namespace discern::collect {
namespace {

namespace catalogue = metrics::catalogue;

// Exporters leave it out, and JSON has null.
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

class ProcessCollector final : public Collector {
 public:
  ProcessCollector(metrics::Registry& registry, const Clock& clock, HostRoot root)
      : registry_(registry),
        root_(std::move(root)),
        clock_(clock),
        since_(clock),
        started_(clock.steady_now()),
        last_time_(started_),
        last_cpu_(process_cpu_time()),
        uptime_(registry.gauge(catalogue::kUptime)),
        memory_(registry.gauge(catalogue::kResidentMemory)),
        heap_(registry.gauge(catalogue::kHeap)),
        cpu_(registry.counter(catalogue::kCpu)),
        cpu_usage_(registry.gauge(catalogue::kCpuUsage)),
        open_fds_(registry.gauge(catalogue::kOpenFds)),
        max_fds_(registry.gauge(catalogue::kMaxFds)),
        threads_(registry.gauge(catalogue::kThreads)),
        start_(registry.gauge(catalogue::kStartTime)) {
    cpu_.add(last_cpu_);
    const auto limits = root_.read("proc/self/limits");
    const auto most = limits ? parse_max_open_files(*limits) : std::nullopt;
    // 0 stands for no limit.
    max_fds_.set(most && *most > 0 ? static_cast<double>(*most) : kUnknown);
    forget();
    publish_start();
  }

  std::string_view name() const override { return "process"; }

  Result<void> collect() override {
    const SteadyTime now = clock_.steady_now();
    publish_start();
    uptime_.set(seconds(now - started_));
    publish_cpu(now);
    const struct mallinfo2 heap = ::mallinfo2();
    heap_.set(static_cast<double>(heap.uordblks + heap.hblkhd));
    // What cannot be read now is unknown, whatever it was before.
    forget();
    Result<void> read_stat = publish_stat();
    Result<void> read_fds = publish_fds();
    return read_stat ? read_fds : read_stat;
  }

 private:
  void publish_start() {
    const SystemTime start = since_.now();
    registry_.set_process_start(start);
    start_.set(epoch_seconds(start));
  }

  void forget() {
    memory_.set(kUnknown);
    threads_.set(kUnknown);
    open_fds_.set(kUnknown);
  }

  Result<void> publish_stat() {
    auto text = root_.read("proc/self/stat");
    if (!text) return std::move(text).error();
    const auto stat = parse_process_stat(*text);
    if (!stat) return Error(Errc::Corrupt, "/proc/self/stat does not look as proc(5) says");
    memory_.set(static_cast<double>(stat->resident_pages * static_cast<std::uint64_t>(page_size_)));
    threads_.set(static_cast<double>(stat->threads));
    return {};
  }

  Result<void> publish_fds() {
    auto fds = root_.count_entries("proc/self/fd");
    if (!fds) return std::move(fds).error();
    // One of them is the folder that was just read.
    open_fds_.set(static_cast<double>(*fds > 0 ? *fds - 1 : 0));
    return {};
  }

  void publish_cpu(SteadyTime now) {
    const std::chrono::nanoseconds cpu = process_cpu_time();
    const double passed = seconds(now - last_time_);
    if (passed > 0) cpu_usage_.set(seconds(cpu - last_cpu_) / passed);
    cpu_.add(cpu - last_cpu_);
    last_cpu_ = cpu;
    last_time_ = now;
  }

  metrics::Registry& registry_;
  const HostRoot root_;
  const Clock& clock_;
  Since since_;
  const SteadyTime started_;
  const long page_size_ = ::sysconf(_SC_PAGESIZE);
  SteadyTime last_time_;
  std::chrono::nanoseconds last_cpu_;
  metrics::Gauge uptime_;
  metrics::Gauge memory_;
  metrics::Gauge heap_;
  metrics::Counter cpu_;
  metrics::Gauge cpu_usage_;
  metrics::Gauge open_fds_;
  metrics::Gauge max_fds_;
  metrics::Gauge threads_;
  metrics::Gauge start_;
};

}  // namespace

std::unique_ptr<Collector> make_process_collector(metrics::Registry& registry,
                                                  const Clock& clock,
                                                  HostRoot root) {
  return std::make_unique<ProcessCollector>(registry, clock, std::move(root));
}

}  // namespace discern::collect
