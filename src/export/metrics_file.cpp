#include "export/metrics_file.hpp"

#include <boost/json.hpp>

#include "metrics/catalogue.hpp"

namespace discern::exporter {
namespace {

namespace catalogue = metrics::catalogue;
namespace json = boost::json;

class Reader {
 public:
  RestoredMetrics restored;

  void add(const metrics::Descriptor& family,
           const metrics::LabelValues& labels,
           const json::value& v) {
    const std::uint64_t steps = to_count(v);
    if (steps == 0) return;
    restored.totals.push_back({std::string(family.name),
                               metrics::make_key(family, labels),
                               metrics::Total{.steps = steps, .histogram = {}}});
  }

  // Calls `each` with the members of object `name` in `parent`, when there is such an object.
  template <class Each>
  static void for_members(const json::object& parent, std::string_view name, Each each) {
    const json::value* found = parent.if_contains(name);
    if (found == nullptr || !found->is_object()) return;
    for (const auto& [key, value] : found->get_object()) each(std::string_view(key), value);
  }

  static std::uint64_t to_count(const json::value& v) {
    if (v.is_uint64()) return v.get_uint64();
    if (v.is_int64() && v.get_int64() > 0) return static_cast<std::uint64_t>(v.get_int64());
    if (v.is_double() && v.get_double() > 0) return static_cast<std::uint64_t>(v.get_double());
    return 0;
  }
};

void read_plugins(Reader& reader, const json::object& plugins) {
  Reader::for_members(
      plugins, "commandUsage", [&](std::string_view plugin, const json::value& used) {
        if (!used.is_object()) return;
        for (const auto& [command, total] : used.get_object()) {
          reader.add(catalogue::kCommands, {plugin, command, {}}, total);
        }
      });
  Reader::for_members(
      plugins, "errorCount", [&](std::string_view plugin, const json::value& total) {
        reader.add(catalogue::kPluginErrors, {plugin, "other", {}}, total);
      });
  Reader::for_members(
      plugins, "enableDisableCount", [&](std::string_view plugin, const json::value& counts) {
        if (!counts.is_object()) return;
        for (const auto& [to, total] : counts.get_object()) {
          reader.add(catalogue::kPluginSwitches, {plugin, to, {}}, total);
        }
      });
}

void read_area(Reader& reader, std::string_view area, const json::object& values) {
  if (area == "system") {
    if (const json::value* count = values.if_contains("restartCount")) {
      reader.restored.restart_count = Reader::to_count(*count);
    }
  } else if (area == "discord") {
    if (const json::value* total = values.if_contains("eventProcessing")) {
      reader.add(catalogue::kGatewayEvents, {"other", {}, {}}, *total);
    }
  } else if (area == "plugins") {
    read_plugins(reader, values);
  } else if (area == "web") {
    Reader::for_members(values, "pageViews", [&](std::string_view path, const json::value& total) {
      reader.add(catalogue::kPageViews, {path, {}, {}}, total);
    });
    if (const json::value* total = values.if_contains("apiRequestCount")) {
      reader.add(catalogue::kApiRequests, {}, *total);
    }
  }
}

}  // namespace

Result<RestoredMetrics> parse_seed_json(std::string_view text) {
  boost::system::error_code ec;
  const json::value root = json::parse(text, ec);
  if (ec) return Error(Errc::Corrupt, "not JSON: " + ec.message());
  const json::object* areas = root.if_object();
  if (areas == nullptr || !areas->contains("system")) {
    return Error(Errc::Corrupt, "it holds no \"system\" object, so it is not a metrics file");
  }
  Reader reader;
  for (const auto& [area, values] : *areas) {
    if (values.is_object()) read_area(reader, area, values.get_object());
  }
  return std::move(reader.restored);
}

std::string indent_json(std::string_view json) {
  std::string out;
  out.reserve(json.size() * 2);
  std::size_t depth = 0;
  bool in_text = false;
  const auto new_line = [&] { out.append("\n").append(depth * 2, ' '); };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      out.push_back(c);
      if (c == '\\' && i + 1 < json.size()) out.push_back(json[++i]);
      if (c == '"') in_text = false;
      continue;
    }
    const bool closes_next = i + 1 < json.size() && (json[i + 1] == '}' || json[i + 1] == ']');
    if (c == '{' || c == '[') {
      out.push_back(c);
      if (closes_next) {
        out.push_back(json[++i]);
        continue;
      }
      ++depth;
      new_line();
    } else if (c == '}' || c == ']') {
      depth -= depth > 0;
      new_line();
      out.push_back(c);
    } else {
      in_text = c == '"';
      out.push_back(c);
      if (c == ',') new_line();
      if (c == ':') out.push_back(' ');
    }
  }
  out.push_back('\n');
  return out;
}

}  // namespace discern::exporter
