// What of the incidents is kept over restarts: everything but their text.

#include <boost/json.hpp>

#include "base/files.hpp"
#include "base/log.hpp"
#include "plugin/incidents.hpp"

namespace discern::plugin {
namespace {

namespace json = boost::json;

// 20 incidents of each of some hundred plugins, with their stacks.
constexpr std::size_t kMostBytes = 16 * 1024 * 1024;
constexpr std::size_t kMostFrames = 64;

// What a plugin waits for may be named after something that a person typed: a web address.
std::string place_of(const Incident& incident) {
  return incident.kind == "response" ? incident.kind : incident.handler;
}

json::object to_json(const Incident& incident) {
  return {{"time_ms", epoch_ms(incident.time)},
          {"kind", incident.kind},
          {"handler", place_of(incident)},
          {"type", incident.type},
          {"count", incident.count},
          {"stack", json::value_from(incident.stack)}};
}

std::string text_of(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_of(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

Incident read_incident(const json::object& from) {
  Incident incident;
  incident.time = from_epoch_ms(number_of(from, "time_ms"));
  incident.kind = text_of(from, "kind");
  incident.handler = text_of(from, "handler");
  incident.type = text_of(from, "type");
  incident.count = static_cast<std::uint64_t>(std::max<std::int64_t>(number_of(from, "count"), 1));
  const json::value* stack = from.if_contains("stack");
  if (stack == nullptr || !stack->is_array()) return incident;
  for (const json::value& frame : stack->get_array()) {
    if (incident.stack.size() == kMostFrames) break;
    if (frame.is_string()) incident.stack.emplace_back(frame.get_string());
  }
  return incident;
}

}  // namespace

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

Result<void> Incidents::read(const std::filesystem::path& file,
                             const std::function<bool(const std::string& plugin)>& wanted) {
  const Result<std::string> text = read_file(file, kMostBytes);
  if (!text) {
    if (text.error().kind == Errc::NotFound) return {};
    return text.error();
  }
  boost::system::error_code bad;
  const json::value root = json::parse(*text, bad);
  if (bad || !root.is_object()) {
    Result<std::filesystem::path> kept = set_aside(file);
    if (!kept) return std::move(kept).error();
    log::warn("plugin",
              "{} could not be understood and was kept as {}; the last errors of plugins are "
              "forgotten",
              file.string(),
              kept->string());
    return {};
  }
  const std::lock_guard lock(mutex_);
  for (const auto& [plugin, list] : root.get_object()) {
    if (!list.is_array() || !wanted(std::string(plugin))) continue;
    std::deque<Kept>& kept = by_plugin_[std::string(plugin)];
    for (const json::value& item : list.get_array()) {
      if (kept.size() == kMostPerPlugin) break;
      if (const json::object* object = item.if_object()) {
        kept.push_back({read_incident(*object), {}});
      }
    }
  }
  return {};
}

}  // namespace discern::plugin
