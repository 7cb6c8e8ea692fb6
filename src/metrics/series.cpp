#include "metrics/series.hpp"

#include <numeric>

#include "base/utf8.hpp"
#include "metrics/text_arena.hpp"

namespace discern::metrics {
namespace {

std::string_view nth_label(std::string_view key, std::size_t n) {
  for (; n > 0; --n) {
    const std::size_t end = key.find(kKeySeparator);
    if (end == std::string_view::npos) return {};
    key.remove_prefix(end + 1);
  }
  return key.substr(0, key.find(kKeySeparator));
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

}  // namespace

std::uint64_t HistogramTotal::count() const {
  return std::accumulate(
      buckets.begin(), buckets.end(), zero, [](std::uint64_t n, Bucket b) { return n + b.count; });
}

Series::Series(std::uint32_t id, const Descriptor& family, std::string_view key, TextArena& texts)
    : id_(id), key_size_(static_cast<std::uint16_t>(key.size())), family_(&family) {
  const std::size_t labels = family.key_label_count();
  if (labels == 0) return;
  std::string text("{");
  for (std::size_t i = 0; i < labels; ++i) {
    if (i > 0) text.push_back(',');
    text.append(family.labels[i]).append("=\"");
    append_escaped(text, nth_label(key, i));
    text.push_back('"');
  }
  text.push_back('}');
  labels_size_ = static_cast<std::uint16_t>(text.size());
  // One clean label: the key stands in the labels' text already.
  if (const std::size_t at = text.find(key); labels == 1 && at != std::string::npos) {
    key_at_ = static_cast<std::uint16_t>(at);
  } else {
    key_at_ = labels_size_;
    text.append(key);
  }
  text_ = texts.keep(text).data();
}

std::string_view Series::label(std::size_t i) const {
  return nth_label(key(), i);
}

std::string make_key(const Descriptor& family, const LabelValues& values) {
  std::string key;
  for (std::size_t i = 0; i < family.key_label_count(); ++i) {
    if (i > 0) key.push_back(kKeySeparator);
    key.append(clean_label(values[i]));
  }
  return key;
}

std::string clean_label(std::string_view value) {
  std::string clean = to_valid_utf8(value, kMaxLabelBytes);
  for (char& c : clean) {
    if (is_control(c)) c = ' ';
  }
  return clean;
}

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\\' || c == '"') out.push_back('\\');
    // Stored values hold no line feed; others may.
    if (c == '\n') {
      out.append("\\n");
    } else {
      out.push_back(c);
    }
  }
}

}  // namespace discern::metrics
