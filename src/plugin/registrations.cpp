#include "plugin/registrations.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace discern::plugin {

void Registrations::add_command(Command command) {
  const std::lock_guard lock(mutex_);
  std::string name = command.spec.name();
  for (const std::string_view one :
       {std::string_view(name), std::string_view(command.spec.path), command.spec.root()}) {
    command_names_.add(one);
  }
  commands_.insert_or_assign(std::move(name), std::move(command));
}

void Registrations::add_event(const std::string& type, std::uint64_t callback) {
  const std::lock_guard lock(mutex_);
  events_[type].push_back(callback);
}

Result<void> Registrations::add_prefixed(Prefixed what,
                                         const std::string& key,
                                         std::uint64_t callback,
                                         bool is_public) {
  if (what == Prefixed::Route && !key.starts_with('/')) {
    return Error(Errc::Invalid, "route \"" + key + "\" must begin with \"/\"");
  }
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (std::any_of(key.begin(), key.end(), is_control)) {
    return Error(Errc::Invalid, "what a plugin registers holds no control characters");
  }
  const std::lock_guard lock(mutex_);
  if (!prefixed_[static_cast<std::size_t>(what)].emplace(key, Prefix{callback, is_public}).second) {
    return Error(Errc::Exists, "\"" + key + "\" is registered already");
  }
  return {};
}

void Registrations::add_timer(std::uint64_t callback, std::uint64_t loop_timer) {
  const std::lock_guard lock(mutex_);
  timers_[callback] = loop_timer;
}

Registrations::Removed Registrations::remove(std::uint64_t callback) {
  Removed removed;
  const std::lock_guard lock(mutex_);
  std::erase_if(commands_, [&](const auto& item) {
    if (item.second.run != callback) return false;
    removed.autocomplete = item.second.autocomplete;
    removed.routing_changed = true;
    return true;
  });
  for (auto item = events_.begin(); item != events_.end();) {
    if (std::erase(item->second, callback) > 0) removed.routing_changed = true;
    item = item->second.empty() ? events_.erase(item) : std::next(item);
  }
  for (Keys& keys : prefixed_) {
    std::erase_if(keys, [&](const auto& item) { return item.second.callback == callback; });
  }
  if (const auto timer = timers_.find(callback); timer != timers_.end()) {
    removed.loop_timer = timer->second;
    timers_.erase(timer);
  }
  return removed;
}

Registrations::Command Registrations::find_command(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = commands_.find(name);
  return found != commands_.end() ? found->second : Command();
}

std::vector<std::uint64_t> Registrations::find_event(std::string_view type) const {
  std::vector<std::uint64_t> callbacks;
  const std::lock_guard lock(mutex_);
  for (const std::string_view key : {type, std::string_view("*")}) {
    if (const auto found = events_.find(key); found != events_.end()) {
      callbacks.insert(callbacks.end(), found->second.begin(), found->second.end());
    }
  }
  return callbacks;
}

Registrations::Match Registrations::find_prefixed(Prefixed what, std::string_view text) const {
  const std::lock_guard lock(mutex_);
  Match best;
  for (const auto& [key, candidate] : keys(what)) {
    std::string_view prefix = key;
    const bool open_ended = what != Prefixed::Route || prefix.ends_with('*');
    if (what == Prefixed::Route && open_ended) prefix.remove_suffix(1);
    const bool fits = open_ended ? text.starts_with(prefix) : text == prefix;
    if (!fits || (best.callback != 0 && key.size() < best.key.size())) continue;
    best = {candidate.callback, key, candidate.is_public};
  }
  return best;
}

std::vector<CommandSpec> Registrations::commands() const {
  const std::lock_guard lock(mutex_);
  std::vector<CommandSpec> specs;
  for (const auto& [name, command] : commands_) specs.push_back(command.spec);
  return specs;
}

std::vector<std::string> Registrations::event_types() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> types;
  for (const auto& [type, callbacks] : events_) types.push_back(type);
  return types;
}

}  // namespace discern::plugin
