#include "web/rows.hpp"

#include <cmath>

namespace discern::web {
namespace {

// A microsecond's thousandth is noise, and shorter to send without it.
double rounded(double ms) {
  return std::round(ms * 1000) / 1000;
}

void append_since(JsonWriter& out, const std::optional<SystemTime>& since) {
  if (since) {
    out.number("since", std::round(epoch_seconds(*since)));
  } else {
    out.null("since");
  }
}

// Only what is in trouble has any.
void append_health(JsonWriter& out, const std::optional<Health>& health) {
  if (!health) return;
  out.open_object("health").text("level", to_string(health->level)).text("text", health->text);
  append_since(out, health->since);
  out.close_object();
}

}  // namespace

void append_verdict(JsonWriter& out, const Verdict& verdict) {
  out.text("level", to_string(verdict.level)).text("plugins", verdict.plugins);
  out.open_array("sentences");
  for (const Sentence& sentence : verdict.sentences) {
    out.open_object()
        .text("level", to_string(sentence.level))
        .text("text", sentence.text)
        .text("href", sentence.href);
    append_since(out, sentence.since);
    out.close_object();
  }
  out.close_array();
}

void append_row(JsonWriter& out, const CommandRow& row) {
  out.open_object()
      .text("name", row.name)
      .text("plugin", row.plugin)
      .number("uses", row.uses)
      .number("errors", row.errors)
      .number("p50_ms", rounded(row.p50_ms))
      .number("p95_ms", rounded(row.p95_ms))
      .number("p99_ms", rounded(row.p99_ms))
      .number("last_used", row.last_used);
  append_health(out, row.health);
  out.close_object();
}

void append_row(JsonWriter& out, const PluginRow& row) {
  const plugin::PluginStatus& status = row.status;
  out.open_object()
      .text("id", status.id)
      .text("name", status.name)
      .text("version", status.version)
      .text("state", status.state)
      .number("load_ms", rounded(status.load_seconds * 1000))
      .number("cpu_seconds", std::round(status.cpu_seconds * 1e6) / 1e6)
      .number("commands", row.commands)
      .number("events", row.events)
      .number("errors", row.errors)
      .number("queue_depth", static_cast<double>(status.queue_depth))
      .number("dropped", row.dropped)
      .number("loop_delay_ms", rounded(row.loop_delay_ms));
  if (status.stuck) {
    out.open_object("stuck")
        .text("handler", status.stuck->handler)
        .number("seconds", std::round(status.stuck->seconds * 10) / 10)
        .open_array("stack");
    for (const std::string& frame : status.stuck->stack) out.text(frame);
    out.close_array().close_object();
  } else {
    out.null("stuck");
  }
  out.text("message", status.message)
      .number("generations", static_cast<double>(status.generations))
      .number("pinned", static_cast<double>(status.pinned));
  if (status.changed) {
    out.number("changed", std::round(epoch_seconds(*status.changed)));
  } else {
    out.null("changed");
  }
  append_health(out, row.health);
  out.open_array("requires");
  for (const std::string& id : status.requires_plugins) out.text(id);
  out.close_array().close_object();
}

bool equal_rows(const PluginRow& a, const PluginRow& b) {
  std::string left;
  std::string right;
  JsonWriter left_writer(left);
  JsonWriter right_writer(right);
  append_row(left_writer, a);
  append_row(right_writer, b);
  return left == right;
}

}  // namespace discern::web
