#pragma once

// The rows of the dashboard's tables, as the API and the live stream send them. Values; pure.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "plugin/status.hpp"
#include "web/json_writer.hpp"
#include "web/verdict.hpp"

namespace discern::web {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Totals are lifetime totals; NaN is unknown.
struct CommandRow {
  std::string name;
  std::string plugin;
  double uses = 0;
  double errors = 0;
  double p50_ms = kUnknown;
  double p95_ms = kUnknown;
  double p99_ms = kUnknown;
  // Epoch seconds; known only when it was used since this process started.
  double last_used = kUnknown;
  std::optional<Health> health{};  // What the verdict says of it.
};

struct PluginRow {
  plugin::PluginStatus status;
  double commands = 0;
  double events = 0;
  double errors = 0;
  double dropped = 0;
  double loop_delay_ms = kUnknown;  // Mean wait in its queue over the last second.
  std::optional<Health> health{};   // What the verdict says of it.
};

void append_row(JsonWriter& out, const CommandRow& row);
void append_row(JsonWriter& out, const PluginRow& row);

void append_verdict(JsonWriter& out, const Verdict& verdict);

// Whether two rows would look the same.
bool equal_rows(const PluginRow& a, const PluginRow& b);

}  // namespace discern::web
