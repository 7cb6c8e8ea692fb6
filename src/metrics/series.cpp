#include "metrics/series.hpp"

#include <numeric>

#include "base/utf8.hpp"

namespace discern::metrics {
namespace {

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\\' || c == '"') out.push_back('\\');
    out.push_back(c);
  }
}

std::string_view nth_label(std::string_view key, std::size_t n) {
  for (; n > 0; --n) {
    const std::size_t end = key.find(kKeySeparator);
    if (end == std::string_view::npos) return {};
    key.remove_prefix(end + 1);
  }
  return key.substr(0, key.find(kKeySeparator));
}

}  // namespace

std::uint64_t HistogramTotal::count() const {
  return std::accumulate(
      buckets.begin(), buckets.end(), zero, [](std::uint64_t n, Bucket b) { return n + b.count; });
}

Series::Series(std::uint32_t id, const Descriptor& family, std::string key)
    : id_(id),
      key_size_(static_cast<std::uint32_t>(key.size())),
      family_(&family),
      text_(std::move(key)) {
  const std::size_t labels = family.label_count();
  if (labels == 0) return;
  const std::string values = text_;
  text_.push_back('{');
  for (std::size_t i = 0; i < labels; ++i) {
    if (i > 0) text_.push_back(',');
    text_.append(family.labels[i]).append("=\"");
    append_escaped(text_, nth_label(values, i));
    text_.push_back('"');
  }
  text_.push_back('}');
  text_.shrink_to_fit();
}

std::string_view Series::label(std::size_t i) const {
  return nth_label(key(), i);
}

std::string make_key(const Descriptor& family, const LabelValues& values) {
  std::string key;
  for (std::size_t i = 0; i < family.label_count(); ++i) {
    if (i > 0) key.push_back(kKeySeparator);
    for (char c : to_valid_utf8(values[i], kMaxLabelBytes)) {
      const auto byte = static_cast<unsigned char>(c);
      key.push_back(byte < 0x20 || byte == 0x7f ? ' ' : c);
    }
  }
  return key;
}

}  // namespace discern::metrics
