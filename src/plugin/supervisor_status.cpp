// What is known about the plugins, for the outside.

#include "base/log.hpp"
#include "plugin/supervisor.hpp"

namespace discern::plugin {

PluginStatus Supervisor::status_of(const Record& record) const {
  PluginStatus status;
  status.id = record.manifest.id;
  status.name = record.manifest.name;
  status.version = record.manifest.version;
  status.load_seconds = record.load_seconds;
  status.cpu_seconds = record.cpu_seconds;
  status.message = record.message;
  status.requires_plugins = record.manifest.requires_plugins;
  status.generations = record.generations;
  status.pinned = record.pinned;
  status.changed = book_.changed(record.manifest.id);
  if (record.instance) {
    status.queue_depth = record.instance->queue_depth();
    status.stuck = record.instance->running();
    if (status.stuck && status.stuck->seconds <= seconds(options_.time_budget))
      status.stuck.reset();
  }
  switch (record.phase) {
    case Phase::Off:
      status.state = record.failed ? "failed" : "disabled";
      break;
    case Phase::Loading:
      status.state = "loading";
      break;
    case Phase::On:
      status.state = "enabled";
      break;
    case Phase::Stopping:
      status.state = record.reload ? "loading" : "disabled";
      break;
  }
  if (status.stuck && status.stuck->seconds > seconds(options_.stuck_after)) status.state = "stuck";
  return status;
}

std::vector<PluginStatus> Supervisor::plugins() const {
  const Lock lock(mutex_);
  std::vector<PluginStatus> all;
  for (const auto& [id, record] : records_) all.push_back(status_of(record));
  return all;
}

discord::Intents Supervisor::intents() const {
  const Lock lock(mutex_);
  discord::Intents all = 0;
  for (const auto& [id, record] : records_) {
    if (record.wanted) all |= record.manifest.intents;
  }
  return all;
}

std::vector<std::string> Supervisor::who_wants(discord::Intents intent) const {
  const Lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [id, record] : records_) {
    if (record.wanted && (record.manifest.intents & intent) != 0) names.push_back(id);
  }
  return names;
}

std::uint64_t Supervisor::permissions() const {
  const Lock lock(mutex_);
  std::uint64_t all = 0;
  for (const auto& [id, record] : records_) {
    if (record.wanted) all |= record.manifest.permissions;
  }
  return all;
}

std::size_t Supervisor::pinned() const {
  const Lock lock(mutex_);
  return pinned_;
}

std::chrono::nanoseconds Supervisor::cpu() const {
  const Lock lock(mutex_);
  return cpu_;
}

void Supervisor::sample(Record& record) {
  if (!record.instance) return;
  const std::chrono::nanoseconds now = record.instance->cpu();
  if (now > record.cpu_seen) {
    record.handles.cpu.add(now - record.cpu_seen);
    record.cpu_seconds += seconds(now - record.cpu_seen);
    cpu_ += now - record.cpu_seen;
    record.cpu_seen = now;
  }
  const Instance::Allocated allocated = record.instance->allocated();
  record.handles.allocated_bytes.add(allocated.bytes - record.allocated_seen.bytes);
  record.handles.allocations.add(allocated.calls - record.allocated_seen.calls);
  record.allocated_seen = allocated;
  record.handles.queue_depth.set(static_cast<double>(record.instance->queue_depth()));
}

void Supervisor::sample() {
  const Lock lock(mutex_);
  for (auto& [id, record] : records_) sample(record);
  for (Abandoned& abandoned : abandoned_) {
    const std::chrono::nanoseconds now = abandoned.instance->cpu();
    if (now <= abandoned.cpu_seen) continue;
    const auto record = records_.find(abandoned.id);
    if (record != records_.end()) record->second.handles.cpu.add(now - abandoned.cpu_seen);
    cpu_ += now - abandoned.cpu_seen;
    abandoned.cpu_seen = now;
  }
}

}  // namespace discern::plugin
