// Registry::observe: observations that lead to an example.

#include <algorithm>

#include "metrics/registry.hpp"

namespace discern::metrics {
namespace {

// OpenMetrics 1.0: label names and values of an exemplar together.
constexpr std::size_t kMostCharacters = 128;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

void Registry::observe(
    Histogram handle, double value, std::string_view label, std::string_view text, SystemTime at) {
  handle.observe(value);
  BucketPosition position{};
  if (handle.slot() == kNoSlot || !is_snake_case(label) || !find_bucket(value, position)) return;
  const std::string clean = clean_label(text);
  if (characters(label) + characters(clean) > kMostCharacters) return;

  const std::lock_guard lock(mutex_);
  auto known = exemplars_.find(handle.slot());
  std::uint32_t id = 0;
  if (known != exemplars_.end()) {
    id = known->second.begin()->second.series;
  } else {
    const auto series = std::find_if(series_.begin(), series_.end(), [&](const Series& s) {
      return s.family().kind == Kind::Histogram && s.slot_ == handle.slot();
    });
    if (series == series_.end() || exemplars_.size() >= kMaxExemplarSeries) return;
    id = series->id_;
    known = exemplars_.try_emplace(handle.slot()).first;
  }
  Exemplar& exemplar = known->second[static_cast<int>(position.octave)];
  exemplar.series = id;
  exemplar.value = value;
  exemplar.time = at;
  exemplar.labels.assign("{").append(label).append("=\"");
  append_escaped(exemplar.labels, clean);
  exemplar.labels.append("\"}");
}

}  // namespace discern::metrics
