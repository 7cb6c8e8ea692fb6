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
  kept.push_front({std::move(incident), stack, ++next_number_});
  if (kept.size() > kMostPerPlugin) kept.pop_back();
}

void Incidents::resolve(const std::function<bool(const std::string& plugin)>& wanted) {
  const std::lock_guard resolving(resolving_);
  std::vector<Unread> unread;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [plugin, kept] : by_plugin_) {
      if (!wanted(plugin)) continue;
      for (const Kept& one : kept) {
        if (one.stack.size > 0) unread.push_back({plugin, one.number, one.stack});
      }
    }
  }
  for (const Unread& one : unread) {
    std::vector<std::string> lines = describe_(one.stack);
    const std::lock_guard lock(mutex_);
    for (Kept& kept : by_plugin_[one.plugin]) {
      // Newer ones may have pushed it out meanwhile.
      if (kept.number != one.number) continue;
      kept.incident.stack = std::move(lines);
      kept.stack.size = 0;
      ++revision_;
      break;
    }
  }
}

void Incidents::resolve(const std::string& plugin) {
  resolve([&](const std::string& one) { return one == plugin; });
}

void Incidents::resolve_all() {
  resolve([](const std::string&) { return true; });
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
