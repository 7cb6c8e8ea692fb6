#include "export/metrics_file.hpp"

#include <boost/json.hpp>

#include "base/files.hpp"
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

Result<RestoredMetrics> read_metrics_file(const std::filesystem::path& path) {
  auto text = read_file(path);
  if (!text) return std::move(text).error();
  auto parsed = parse_seed_json(*text);
  if (parsed) return parsed;
  std::string said = path.string() + " cannot be read (" + parsed.error().text + ")";
  if (auto moved = set_aside(path)) {
    said += "; it was kept as " + moved->string();
  } else {
    said += "; " + moved.error().text;
  }
  return Error(Errc::Corrupt, std::move(said));
}

}  // namespace discern::exporter
