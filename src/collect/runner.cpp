#include "collect/runner.hpp"

#include "base/log.hpp"
#include "metrics/catalogue.hpp"

namespace discern::collect {
namespace {

Result<void> run_fenced(Collector& collector) {
  try {
    return collector.collect();
  } catch (const std::exception& e) {
    return Error(Errc::Internal, e.what());
  }
}

}  // namespace

Runner::Runner(metrics::Registry& registry,
               const Clock& clock,
               std::vector<std::unique_ptr<Collector>> collectors)
    : clock_(clock) {
  for (auto& collector : collectors) {
    const std::string_view name = collector->name();
    entries_.push_back({std::move(collector),
                        registry.gauge(metrics::catalogue::kCollectorDuration, name),
                        registry.gauge(metrics::catalogue::kCollectorSuccess, name)});
  }
}

void Runner::run() {
  for (Entry& entry : entries_) run_one(entry);
}

void Runner::run_one(Entry& entry) {
  const SteadyTime begin = clock_.steady_now();
  const Result<void> result = run_fenced(*entry.collector);
  entry.duration.set(seconds(clock_.steady_now() - begin));
  entry.success.set(result.ok() ? 1 : 0);
  if (!result.ok() && !entry.failing) {
    log::warn("collect", "{} fails: {}", entry.collector->name(), result.error().text);
  } else if (result.ok() && entry.failing) {
    log::info("collect", "{} works again", entry.collector->name());
  }
  entry.failing = !result.ok();
}

}  // namespace discern::collect
