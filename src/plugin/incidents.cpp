#include "plugin/incidents.hpp"

#include <algorithm>
#include <functional>

#include "base/log.hpp"

namespace discern::plugin {
namespace {

constexpr std::size_t kMostTold = 256;

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
        if (one.stack.size > 0)
          unread.push_back({plugin, one.incident.handler, one.number, one.stack});
      }
    }
  }
  for (const Unread& one : unread) {
    std::vector<std::string> lines = describe_(one.stack);
    tell(one, lines);
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

void Incidents::tell(const Unread& one, const std::vector<std::string>& lines) {
  std::string key = one.plugin;
  for (std::uint32_t i = 0; i < one.stack.size; ++i)
    key += ' ' + std::to_string(one.stack.frames[i]);
  const std::size_t hash = std::hash<std::string>()(key);
  if (std::find(told_.begin(), told_.end(), hash) != told_.end()) return;
  told_.push_back(hash);
  if (told_.size() > kMostTold) told_.pop_front();
  // What called the plugin, below its last frame, is the same for every error.
  const auto own = [&](const std::string& line) { return line.starts_with(one.plugin + "."); };
  const auto end = std::find_if(lines.rbegin(), lines.rend(), own).base();
  if (end == lines.begin()) return;
  log::warn("plugin", "plugin \"{}\" failed in {} at", one.plugin, one.handler);
  for (auto line = lines.begin(); line != end; ++line) log::warn("plugin", "  {}", *line);
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
