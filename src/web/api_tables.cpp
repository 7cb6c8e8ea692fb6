// Endpoints of the dashboard's tables.

#include <unordered_set>

#include "metrics/catalogue.hpp"
#include "web/site.hpp"

namespace discern::web {

// Rows are those of the newest tick; commands that are registered but were never used stand behind
// them with zeros.
void serve_commands(Site& site, Call& call) {
  std::string out;
  JsonWriter writer(out);
  writer.open_object().open_array("commands");
  std::unordered_set<std::string> shown;
  for (const CommandRow& row : site.hub.commands()) {
    shown.insert(row.plugin + '\x1f' + row.name);
    append_row(writer, row);
  }
  if (site.windows.plugins != nullptr) {
    for (const plugin::CommandStatus& command : site.windows.plugins->commands()) {
      if (!shown.insert(command.plugin + '\x1f' + command.name).second) continue;
      append_row(writer, CommandRow{.name = command.name, .plugin = command.plugin});
    }
  }
  writer.close_array().close_object();
  call.json(std::move(out));
}

// Totals are those of the newest tick; the state, and who is stuck for how long, is of this moment.
void serve_plugins(Site& site, Call& call) {
  std::string out;
  JsonWriter writer(out);
  writer.open_object().open_array("plugins");
  if (site.windows.plugins != nullptr) {
    for (plugin::PluginStatus& status : site.windows.plugins->plugins()) {
      PluginRow row;
      for (const PluginRow& known : site.hub.plugins()) {
        if (known.status.id == status.id) row = known;
      }
      row.status = std::move(status);
      append_row(writer, row);
    }
  }
  writer.close_array().close_object();
  call.json(std::move(out));
}

namespace {

std::optional<double> to_ms(const std::optional<double>& seconds) {
  if (!seconds) return std::nullopt;
  return *seconds * 1000;
}

void append_shard(JsonWriter& writer, const discord::ShardStatus& shard) {
  writer.open_object()
      .number("id", shard.id)
      .text("state", shard.state)
      .number("guilds", static_cast<double>(shard.guilds))
      .number("heartbeat_rtt_ms", to_ms(shard.heartbeat_rtt_seconds))
      .number("last_ack_age_s", shard.last_ack_age_seconds)
      .number("last_dispatch_age_s", shard.last_dispatch_age_seconds)
      .number("resumes", static_cast<double>(shard.resumes))
      .number("identifies", static_cast<double>(shard.identifies));
  if (shard.last_close.empty()) {
    writer.null("last_close");
  } else {
    writer.text("last_close", shard.last_close);
  }
  writer.close_object();
}

}  // namespace

void serve_shards(Site& site, Call& call) {
  const discord::GatewayStatus status =
      site.windows.discord ? site.windows.discord->status() : discord::GatewayStatus();
  std::string out;
  JsonWriter writer(out);
  writer.open_object().open_array("shards");
  for (const discord::ShardStatus& shard : status.shards) append_shard(writer, shard);
  writer.close_array();
  if (status.identify_budget) {
    writer.open_object("identify_budget")
        .number("total", status.identify_budget->total)
        .number("remaining", status.identify_budget->remaining)
        .number("reset_in_s", status.identify_budget->reset_in_seconds)
        .close_object();
  } else {
    writer.null("identify_budget");
  }
  writer.text("message", status.message).close_object();
  call.json(std::move(out));
}

// What is collected at all, and why that is acceptable. Never changes while the program runs.
void serve_catalogue(Site& site, Call& call) {
  if (!site.catalogue) {
    auto out = std::make_shared<std::string>();
    JsonWriter writer(*out);
    writer.open_object().open_array("families");
    for (const metrics::Descriptor* family : metrics::catalogue::kAll) {
      writer.open_object()
          .text("name", family->name)
          .text("help", family->help)
          .text("unit", to_string(family->unit))
          .text("kind", to_string(family->kind))
          .open_array("labels");
      for (std::size_t i = 0; i < family->label_count(); ++i) writer.text(family->labels[i]);
      writer.close_array().text("privacy", to_string(family->privacy)).close_object();
    }
    writer.close_array().close_object();
    site.catalogue = std::move(out);
  }
  call.json(site.catalogue);
}

}  // namespace discern::web
