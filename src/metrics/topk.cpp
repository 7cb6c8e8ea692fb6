#include "metrics/topk.hpp"

#include <charconv>

#include "metrics/series.hpp"

namespace discern::metrics {

void TopKCell::add(std::string_view item, std::uint64_t n) {
  if (item.size() <= kMaxLabelBytes) {
    const std::lock_guard lock(mutex_);
    // Only clean items are ever tracked, so a tracked one need not be cleaned.
    if (items_.tracks(item)) return items_.add(item, n);
  }
  const std::string clean = clean_label(item);
  const std::lock_guard lock(mutex_);
  items_.add(clean, n);
}

void TopKCell::add_clean(std::string_view item, std::uint64_t n) {
  const std::lock_guard lock(mutex_);
  items_.add(item, n);
}

void TopKCell::restart(std::uint64_t tag) {
  const std::lock_guard lock(mutex_);
  items_.clear();
  tag_ = tag;
}

std::uint64_t TopKCell::tag() const {
  const std::lock_guard lock(mutex_);
  return tag_;
}

void TopKCell::merge(const TopKTotal& state) {
  TopKTotal clean = state;
  for (TopKEntry& entry : clean.entries) entry.item = clean_label(entry.item);
  const std::lock_guard lock(mutex_);
  items_.merge(clean);
}

void TopK::add_id(std::uint64_t id, std::uint64_t n) const {
  if (cell_ == nullptr) return;
  char text[24];
  const char* end = std::to_chars(text, text + sizeof text, id).ptr;
  cell_->add_clean(std::string_view(text, static_cast<std::size_t>(end - text)), n);
}

}  // namespace discern::metrics
