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

// How the bot is, in sentences: the same that the dashboard shows.
void serve_verdict(Site& site, Call& call) {
  if (!site.hub.snapshot()) return call.error(503, "Discern is starting; ask again in a second.");
  std::string out;
  JsonWriter writer(out);
  writer.open_object();
  append_verdict(writer, site.hub.verdict());
  writer.close_object();
  call.json(std::move(out));
}

namespace {

void append_family(JsonWriter& writer, const metrics::Descriptor& family) {
  writer.open_object()
      .text("name", family.name)
      .text("help", family.help)
      .text("unit", to_string(family.unit))
      .text("kind", to_string(family.kind))
      .open_array("labels");
  for (std::size_t i = 0; i < family.label_count(); ++i) writer.text(family.labels[i]);
  writer.close_array().text("privacy", to_string(family.privacy));
  if (family.owner.empty()) {
    writer.null("plugin");
  } else {
    writer.text("plugin", family.owner);
  }
  writer.close_object();
}

}  // namespace

// What is collected at all, and why that is acceptable: what is built in, then what plugins added.
void serve_catalogue(Site& site, Call& call) {
  const metrics::SnapshotPtr& snapshot = site.hub.snapshot();
  const std::size_t declared = snapshot ? snapshot->layout().size() : 0;
  if (!site.catalogue || site.catalogue_size != declared) {
    auto out = std::make_shared<std::string>();
    JsonWriter writer(*out);
    writer.open_object().open_array("families");
    for (const metrics::Descriptor* family : metrics::catalogue::kAll) {
      append_family(writer, *family);
    }
    for (std::size_t i = 0; i < declared; ++i) {
      const metrics::Descriptor& family = *snapshot->layout()[i].family;
      if (!family.owner.empty()) append_family(writer, family);
    }
    writer.close_array().close_object();
    site.catalogue = std::move(out);
    site.catalogue_size = declared;
  }
  call.json(site.catalogue);
}

}  // namespace discern::web
