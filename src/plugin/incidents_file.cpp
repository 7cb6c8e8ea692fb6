// What of the incidents is kept over restarts: everything but their text.

#include <algorithm>
#include <boost/json.hpp>

#include "plugin/incidents.hpp"
#include "plugin/kept_json.hpp"

namespace discern::plugin {
namespace {

namespace json = boost::json;

// 20 incidents of each of some hundred plugins, with their stacks.
constexpr std::size_t kMostBytes = 16 * 1024 * 1024;
constexpr std::size_t kMostFrames = 64;

json::object to_json(const Incident& incident) {
  return {{"time_ms", epoch_ms(incident.time)},
          {"kind", incident.kind},
          {"handler", place_to_keep(incident.handler)},
          {"type", incident.type},
          {"count", incident.count},
          {"stack", json::value_from(incident.stack)}};
}

Incident read_incident(const json::object& from) {
  Incident incident;
  incident.time = from_epoch_ms(number_of(from, "time_ms").value_or(0));
  incident.kind = text_of(from, "kind");
  incident.handler = text_of(from, "handler");
  incident.type = text_of(from, "type");
  incident.count =
      static_cast<std::uint64_t>(std::max<std::int64_t>(number_of(from, "count").value_or(1), 1));
  const json::value* stack = from.if_contains("stack");
  if (stack == nullptr || !stack->is_array()) return incident;
  for (const json::value& frame : stack->get_array()) {
    if (incident.stack.size() == kMostFrames) break;
    if (frame.is_string()) incident.stack.emplace_back(frame.get_string());
  }
  return incident;
}

}  // namespace

std::string_view place_to_keep(std::string_view handler) {
  constexpr std::string_view kResponse = "response ";
  const bool from_web = handler.size() > kResponse.size() && handler.starts_with(kResponse) &&
                        handler[kResponse.size()] >= 'A' && handler[kResponse.size()] <= 'Z';
  return from_web ? handler.substr(0, handler.find(' ', kResponse.size())) : handler;
}

std::string Incidents::to_json() const {
  json::object root;
  const std::lock_guard lock(mutex_);
  for (const auto& [plugin, kept] : by_plugin_) {
    json::array list;
    for (const Kept& one : kept) list.push_back(plugin::to_json(one.incident));
    if (!list.empty()) root[plugin] = std::move(list);
  }
  return json::serialize(root) + "\n";
}

KeptFile Incidents::kept_file(const std::filesystem::path& file) {
  return KeptFile(file, kMostBytes, "the last errors of plugins are forgotten");
}

void Incidents::read(KeptFile& file, const std::function<bool(const std::string& plugin)>& wanted) {
  const json::object root = read_kept_object(file);
  const std::lock_guard lock(mutex_);
  for (const auto& [plugin, list] : root) {
    if (!list.is_array() || !wanted(std::string(plugin))) continue;
    std::deque<Kept>& kept = by_plugin_[std::string(plugin)];
    for (const json::value& item : list.get_array()) {
      if (kept.size() == kMostPerPlugin) break;
      if (const json::object* object = item.if_object()) {
        kept.push_back({read_incident(*object), {}, ++next_number_});
      }
    }
  }
}

}  // namespace discern::plugin
