#include "sim/control/scenario.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>

#include <algorithm>

#include "base/toml_text.hpp"

namespace discern::sim {
namespace {

json::value to_json_value(const toml::node& node) {
  if (const auto* text = node.as_string()) return json::value(text->get());
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* boolean = node.as_boolean()) return boolean->get();
  if (const auto* array = node.as_array()) {
    json::array out;
    for (const toml::node& element : *array) out.push_back(to_json_value(element));
    return out;
  }
  json::object out;
  if (const auto* table = node.as_table()) {
    for (const auto& [key, value] : *table) out[key.str()] = to_json_value(value);
  }
  return out;
}

Millis millis(double seconds) {
  return Millis{static_cast<std::int64_t>(seconds * 1000)};
}

Result<ScenarioStep> parse_step(const toml::table& table) {
  const auto line = table.source().begin.line;
  const auto at = table["at_s"].value<double>();
  const auto action = table["do"].value<std::string>();
  if (!at || *at < 0)
    return Error(Errc::Invalid, fmt::format("line {}: at_s (seconds) is missing", line));
  if (!action) return Error(Errc::Invalid, fmt::format("line {}: do (an action) is missing", line));
  ScenarioStep step;
  step.at = millis(*at);
  step.action = *action;
  step.every = millis(table["every_s"].value_or(0.0));
  step.times = static_cast<std::uint64_t>(std::max<std::int64_t>(
      0, table["times"].value_or<std::int64_t>(step.every.count() > 0 ? 0 : 1)));
  for (const auto& [key, value] : table) {
    const std::string_view name = key.str();
    if (name == "at_s" || name == "do" || name == "every_s" || name == "times") continue;
    step.parameters[name] = to_json_value(value);
  }
  return step;
}

}  // namespace

Result<std::vector<ScenarioStep>> parse_scenario(std::string_view text) {
  const auto parsed = parse_toml(text);
  if (const auto* fault = std::get_if<TomlFault>(&parsed)) {
    return Error(Errc::Invalid, fmt::format("line {}: {}", fault->line, fault->text));
  }
  const auto& table = std::get<toml::table>(parsed);
  std::vector<ScenarioStep> steps;
  const toml::array* list = table["step"].as_array();
  if (list == nullptr) return Error(Errc::Invalid, "a scenario holds [[step]] tables");
  for (const toml::node& node : *list) {
    if (!node.is_table()) return Error(Errc::Invalid, "every step is a [[step]] table");
    Result<ScenarioStep> step = parse_step(*node.as_table());
    if (!step) return step.error();
    steps.push_back(std::move(*step));
  }
  return steps;
}

Scenario::Scenario(std::vector<ScenarioStep> steps, Instant start)
    : pending_(std::move(steps)), start_(start) {}

std::vector<ScenarioStep> Scenario::take_due(Instant now) {
  std::vector<ScenarioStep> due;
  for (auto step = pending_.begin(); step != pending_.end();) {
    if (start_ + step->at > now) {
      ++step;
      continue;
    }
    due.push_back(*step);
    const bool again = step->every.count() > 0 && step->times != 1;
    if (!again) {
      step = pending_.erase(step);
      continue;
    }
    if (step->times > 1) --step->times;
    step->at += step->every;
    ++step;
  }
  std::stable_sort(
      due.begin(), due.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return due;
}

}  // namespace discern::sim
