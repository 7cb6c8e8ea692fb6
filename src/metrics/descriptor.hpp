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

  constexpr std::size_t label_count() const {
    std::size_t n = 0;
    while (n < kMaxLabels && !labels[n].empty()) ++n;
    return n;
  }
};

std::string_view to_string(Kind kind);
std::string_view to_string(Unit unit);
std::string_view to_string(Privacy privacy);

// Whether the name keeps the rule: [a-z][a-z0-9_]*, `_total` exactly on counters, the unit as the
// last word before it. Every name in the catalogue is checked at compile time.
constexpr bool is_valid_name(const Descriptor& family) {
  std::string_view name = family.name;
  if (name.empty() || name.size() > 120 || name[0] < 'a' || name[0] > 'z') return false;
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
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
