// Registry::observe: observations that lead to an example.

#include <algorithm>

#include "metrics/registry.hpp"

namespace discern::metrics {
namespace {

// OpenMetrics 1.0: label names and values of an exemplar together.
constexpr std::size_t kMostCharacters = 128;

// Texts beyond this lead nowhere, and some readers of OpenMetrics end an example at a brace inside
// its quotes.
bool is_id(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '{' && c != '}';
  });
}

}  // namespace

void Registry::observe(
    Histogram handle, double value, std::string_view label, std::string_view text, SystemTime at) {
  handle.observe(value);
  BucketPosition position{};
  if (handle.slot() == kNoSlot || !is_snake_case(label) || !find_bucket(value, position)) return;
  if (!is_id(text) || label.size() + text.size() > kMostCharacters) return;

  const std::lock_guard lock(mutex_);
  auto known = exemplars_.find(handle.slot());
  std::uint32_t id = 0;
  if (known != exemplars_.end()) {
    id = known->second.begin()->second.series;
  } else {
    if (exemplars_.size() >= kMaxExemplarSeries) return;
    const auto series = std::find_if(series_.begin(), series_.end(), [&](const Series& s) {
      return s.family().kind == Kind::Histogram && s.slot_ == handle.slot();
    });
    if (series == series_.end()) return;
    id = series->id_;
    known = exemplars_.try_emplace(handle.slot()).first;
  }
  Exemplar& exemplar = known->second[static_cast<int>(position.octave)];
  exemplar.series = id;
  exemplar.value = value;
  exemplar.time = at;
  exemplar.labels.assign("{").append(label).append("=\"").append(text).append("\"}");
}

}  // namespace discern::metrics
