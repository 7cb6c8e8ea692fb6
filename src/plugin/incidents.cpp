#include "plugin/incidents.hpp"

namespace discern::plugin {
namespace {

bool alike(const Incident& a, const Incident& b) {
  return a.kind == b.kind && a.handler == b.handler && a.type == b.type && a.text == b.text;
}

}  // namespace

void Incidents::add(const std::string& plugin, Incident incident, const CallStack& stack) {
  const std::lock_guard lock(mutex_);
  ++revision_;
  std::deque<Kept>& kept = by_plugin_[plugin];
  if (!kept.empty() && alike(kept.front().incident, incident)) {
    kept.front().incident.time = incident.time;
    ++kept.front().incident.count;
    return;
  }
  kept.push_front({std::move(incident), stack});
  if (kept.size() > kMostPerPlugin) kept.pop_back();
}

void Incidents::resolve(std::deque<Kept>& kept) {
  for (Kept& one : kept) {
    if (one.stack.size == 0) continue;
    one.incident.stack = describe(one.stack);
    one.stack.size = 0;
    ++revision_;
  }
}

void Incidents::resolve(const std::string& plugin) {
  const std::lock_guard lock(mutex_);
  if (const auto found = by_plugin_.find(plugin); found != by_plugin_.end()) {
    resolve(found->second);
  }
}

void Incidents::resolve_all() {
  const std::lock_guard lock(mutex_);
  for (auto& [plugin, kept] : by_plugin_) resolve(kept);
}

std::uint64_t Incidents::revision() const {
  const std::lock_guard lock(mutex_);
  return revision_;
}

std::vector<Incident> Incidents::list(std::string_view plugin) const {
  const std::lock_guard lock(mutex_);
  std::vector<Incident> all;
  const auto found = by_plugin_.find(plugin);
  if (found == by_plugin_.end()) return all;
  for (const Kept& one : found->second) all.push_back(one.incident);
  return all;
}

}  // namespace discern::plugin
