// Endpoints of the plugins: what they do and cost, and switching them.

#include <cmath>

#include "web/plugin_compare.hpp"
#include "web/plugin_cost.hpp"
#include "web/site.hpp"

namespace discern::web {
namespace {

constexpr std::string_view kNoPlugin = "There is no such plugin; /api/v1/plugins lists them.";

int status_of(Errc kind) {
  switch (kind) {
    case Errc::NotFound:
      return 404;
    case Errc::Timeout:
      return 504;
    case Errc::Closed:
      return 503;
    case Errc::Io:
      return 507;  // It is done, and it could not be stored.
    default:
      return 409;  // It is there, and it cannot be what was asked for.
  }
}

std::optional<plugin::PluginStatus> find_plugin(const plugin::StatusSource& source,
                                                std::string_view id) {
  for (plugin::PluginStatus& status : source.plugins()) {
    if (status.id == id) return std::move(status);
  }
  return std::nullopt;
}

PluginRow row_of(Site& site, plugin::PluginStatus status) {
  PluginRow row;
  for (const PluginRow& known : site.hub.plugins()) {
    if (known.status.id == status.id) row = known;
  }
  row.status = std::move(status);
  return row;
}

void control(Site& site, Call& call, std::string_view id, plugin::Control what) {
  // Shared, because std::function wants to be copied; it is called once.
  const auto responder = std::make_shared<net::HttpResponder>(std::move(call.responder));
  plugin::StatusSource* source = site.windows.plugins;
  source->control(id, what, [responder, source, id = std::string(id)](Result<void> done) {
    net::HttpResponse response;
    if (!done) {
      response.status = status_of(done.error().kind);
      response.body = error_json(done.error().text);
      return responder->answer(std::move(response));
    }
    std::string out;
    JsonWriter writer(out);
    const auto status = find_plugin(*source, id);
    writer.open_object()
        .text("id", id)
        .text("state", status ? status->state : "unknown")
        .text("message", status ? status->message : "")
        .close_object();
    response.body = std::move(out);
    responder->answer(std::move(response));
  });
}

void append_incident(JsonWriter& writer, const plugin::Incident& incident) {
  writer.open_object()
      .number("time", std::round(epoch_seconds(incident.time)))
      .text("kind", incident.kind)
      .text("handler", incident.handler)
      .text("type", incident.type)
      .text("text", incident.text)
      .number("count", static_cast<double>(incident.count))
      .open_array("stack");
  for (const std::string& frame : incident.stack) writer.text(frame);
  writer.close_array().close_object();
}

// Without `at`, the plugin's last reload or change of version.
void compare_plugin(Site& site, Call& call, const plugin::PluginStatus& status) {
  const auto parameters = QueryParameters::parse(call.request.query);
  if (!parameters) return call.error(400, "The query string cannot be decoded.");
  Comparison what{.plugin = status.id, .at = {}, .now = std::chrono::system_clock::now()};
  const double minutes = parameters->number("minutes").value_or(30);
  if (!(minutes >= 1 && minutes <= 7 * 24 * 60)) {
    return call.error(400, "Give minutes as a number from 1 to 10080.");
  }
  what.span = std::chrono::minutes(std::llround(minutes));
  if (const auto at = parameters->number("at")) {
    if (!(*at >= 0 && *at <= epoch_seconds(what.now))) {
      return call.error(400, "Give at as a time in seconds since 1970 that has passed.");
    }
    what.at = from_epoch_ms(std::llround(*at * 1000));
  } else if (status.changed) {
    what.at = *status.changed;
  } else {
    return call.error(404, "This plugin was never reloaded; give at, a time in seconds.");
  }
  answer_from_pool(site, call, [what](Result<history::Reader*> reader) -> Result<std::string> {
    if (!reader) return std::move(reader).error();
    return compare(**reader, what);
  });
}

void refuse_method(Call& call, std::string_view allowed) {
  net::HttpResponse response;
  response.status = 405;
  response.fields.emplace_back("Allow", allowed);
  response.body = error_json("This address does not take that method.");
  call.answer(std::move(response));
}

}  // namespace

// Totals are those of the newest tick; the state, and who is stuck for how long, is of this moment.
void serve_plugins(Site& site, Call& call) {
  std::string out;
  JsonWriter writer(out);
  writer.open_object().open_array("plugins");
  if (site.windows.plugins != nullptr) {
    for (plugin::PluginStatus& status : site.windows.plugins->plugins()) {
      append_row(writer, row_of(site, std::move(status)));
    }
  }
  writer.close_array().close_object();
  call.json(std::move(out));
}

// /api/v1/plugins/<id>, <id>/compare, and <id>/enable, /disable, /reload.
void serve_plugin(Site& site, Call& call) {
  const std::size_t slash = call.rest.find('/');
  const std::string_view id = call.rest.substr(0, slash);
  const std::string_view verb =
      slash == std::string_view::npos ? std::string_view() : call.rest.substr(slash + 1);
  plugin::StatusSource* source = site.windows.plugins;
  if (source == nullptr || id.empty()) return call.error(404, kNoPlugin);
  constexpr std::pair<std::string_view, plugin::Control> kVerbs[] = {
      {"enable", plugin::Control::Enable},
      {"disable", plugin::Control::Disable},
      {"reload", plugin::Control::Reload}};
  for (const auto& [name, what] : kVerbs) {
    if (verb != name) continue;
    if (call.request.method != "POST") return refuse_method(call, "POST");
    return control(site, call, id, what);
  }
  if (!verb.empty() && verb != "compare") return serve_unknown_api(site, call);
  if (call.request.method != "GET" && call.request.method != "HEAD") {
    return refuse_method(call, "GET, HEAD");
  }
  std::optional<plugin::PluginStatus> status = find_plugin(*source, id);
  if (!status) return call.error(404, kNoPlugin);
  if (verb == "compare") return compare_plugin(site, call, *status);
  std::string out;
  JsonWriter writer(out);
  writer.open_object().name("plugin");
  append_row(writer, row_of(site, *std::move(status)));
  writer.open_object("cost");
  if (const metrics::SnapshotPtr& snapshot = site.hub.snapshot()) {
    append_plugin_cost(writer, *snapshot, id);
  }
  writer.close_object().open_array("incidents");
  for (const plugin::Incident& incident : source->incidents(id)) append_incident(writer, incident);
  writer.close_array().close_object();
  call.json(std::move(out));
}

}  // namespace discern::web
