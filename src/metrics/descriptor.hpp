#pragma once

// What a family of series is: its name, unit, kind, labels and how personal it is.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace discern::metrics {

enum class Kind : std::uint8_t { Counter, Gauge, Histogram, Distinct, TopK };

enum class Unit : std::uint8_t { None, Seconds, Bytes, Ratio };

// Why storing a family is acceptable; shown on the "what we collect" page.
enum class Privacy : std::uint8_t {
  Operational,  // About the machine and the program only.
  Aggregate,    // Counts acts of people, without anything that leads back to one of them.
};

inline constexpr std::size_t kMaxLabels = 3;
// Label sets a family may hold before further ones are folded into `other`.
inline constexpr std::uint32_t kDefaultMaxSeries = 1000;

// Strings are static, or owned by the Registry that made the descriptor.
struct Descriptor {
  std::string_view name;  // discern_<subsystem>_<noun>[_<unit>][_total]
  std::string_view help;  // One sentence with a full stop.
  Kind kind = Kind::Counter;
  Unit unit = Unit::None;
  std::array<std::string_view, kMaxLabels> labels = {};
  Privacy privacy = Privacy::Operational;
  // Cells are integers: the value shown is cell × step (1e-9 for a counter that adds nanoseconds).
  double step = 1;
  std::uint32_t max_series = kDefaultMaxSeries;
  // TopK only: how many items are shown. The last label names the item, those before it the series.
  std::uint32_t top = 10;
  // The plugin that declared it; empty for what is built in.
  std::string_view owner = {};

  constexpr std::size_t label_count() const {
    std::size_t n = 0;
    while (n < kMaxLabels && !labels[n].empty()) ++n;
    return n;
  }
  // Labels that tell the series of the family apart.
  constexpr std::size_t key_label_count() const {
    const std::size_t n = label_count();
    return kind == Kind::TopK && n > 0 ? n - 1 : n;
  }
};

std::string_view to_string(Kind kind);
std::string_view to_string(Unit unit);
std::string_view to_string(Privacy privacy);

// Endings that the text formats add to names themselves.
inline constexpr std::string_view kReservedEndings[] = {
    "_bucket", "_count", "_sum", "_created", "_info", "_gcount", "_gsum"};

constexpr bool is_snake_case(std::string_view name) {
  if (name.empty() || name.size() > 120 || name[0] < 'a' || name[0] > 'z') return false;
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

// Whether the label names are usable: no gap, no two alike, none that the text formats need, and
// one for the item of a TopK.
constexpr bool has_valid_labels(const Descriptor& family) {
  const std::size_t count = family.label_count();
  if (family.kind == Kind::TopK && count == 0) return false;
  for (std::size_t i = 0; i < kMaxLabels; ++i) {
    const std::string_view& label = family.labels[i];
    if (i >= count) {
      if (!label.empty()) return false;
      continue;
    }
    if (!is_snake_case(label) || label == "le" || label == "quantile") return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (family.labels[j] == label) return false;
    }
  }
  return true;
}

// What the name is in OpenMetrics, where a counter's family has no `_total`.
constexpr std::string_view exposed_name(std::string_view name) {
  if (name.ends_with("_total")) name.remove_suffix(6);
  return name;
}

// Whether the name keeps the rule: [a-z][a-z0-9_]*, `_total` exactly on counters, the unit as the
// last word before it, no reserved ending. Every name in the catalogue is checked at compile time.
constexpr bool is_valid_name(const Descriptor& family) {
  std::string_view name = family.name;
  if (!is_snake_case(name)) return false;
  for (const std::string_view ending : kReservedEndings) {
    if (name.ends_with(ending)) return false;
  }
  const bool total = name.ends_with("_total");
  if (total != (family.kind == Kind::Counter)) return false;
  if (total) name.remove_suffix(6);
  switch (family.unit) {
    case Unit::None:
      return true;
    case Unit::Seconds:
      return name.ends_with("_seconds");
    case Unit::Bytes:
      return name.ends_with("_bytes");
    case Unit::Ratio:
      return name.ends_with("_ratio");
  }
  return false;
}

}  // namespace discern::metrics
