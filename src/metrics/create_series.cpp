// Registry: how series come to be, from label values or from totals of earlier processes, and what
// happens when there are too many.

#include <fmt/core.h>

#include <algorithm>

#include "base/log.hpp"
#include "base/thread.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/registry.hpp"

namespace discern::metrics {
namespace {

std::uint32_t cells_of(Kind kind) {
  if (kind == Kind::Counter) return 1;
  return kind == Kind::Histogram ? histogram_cells::kCells : 0;
}

// Whether make_key could have made it.
bool is_key(const Descriptor& family, std::string_view key) {
  LabelValues values;
  const std::size_t labels = family.key_label_count();
  for (std::size_t i = 0; i < labels; ++i) {
    const std::size_t end = i + 1 < labels ? key.find(kKeySeparator) : key.size();
    if (end == std::string_view::npos) return false;
    values[i] = key.substr(0, end);
    key.remove_prefix(std::min(key.size(), end + 1));
    if (clean_label(values[i]) != values[i]) return false;
  }
  return labels > 0 || key.empty();
}

// The plugin that a label set belongs to, or nothing when that cannot be told.
std::string_view plugin_of(const Descriptor& family, std::string_view key) {
  for (std::size_t i = 0; i < family.key_label_count(); ++i) {
    const std::string_view value = key.substr(0, key.find(kKeySeparator));
    if (family.labels[i] == "plugin") return value;
    key.remove_prefix(std::min(key.size(), value.size() + 1));
  }
  return {};
}

}  // namespace

Registry::~Registry() {
  // In one piece where they are consecutive: each release looks into the slabs of all threads.
  std::uint32_t first = kNoSlot;
  std::uint32_t size = 0;
  for (const Series& series : series_) {
    const std::uint32_t cells = cells_of(series.family().kind);
    if (cells == 0 || series.slot_ == kNoSlot) continue;
    if (series.slot_ != first + size) {
      slab::release(first, size);
      first = series.slot_;
      size = 0;
    }
    size += cells;
  }
  slab::release(first, size);
}

const Series& Registry::ensure(FamilyBase& family, std::string_view key, std::string& notice) {
  const std::lock_guard lock(mutex_);
  if (const Series* found = family.index_.find(key, hash_key(key))) return *found;
  const Series* made = nullptr;
  if (family.size_ < family.descriptor_.max_series) {
    made = create(family, key, WithoutCells::Refuse);
  }
  if (made == nullptr) made = &fold(family, key);
  notice.swap(notice_);
  return *made;
}

Series* Registry::create(FamilyBase& family, std::string_view key, WithoutCells policy) {
  const Descriptor& descriptor = family.descriptor_;
  const std::uint32_t cells = cells_of(descriptor.kind);
  const std::uint32_t slot = cells > 0 ? slab::allocate(cells) : kNoSlot;
  if (cells > 0 && slot == kNoSlot) {
    if (!out_of_cells_) {
      out_of_cells_ = true;
      notice_ = fmt::format(
          "no cells are left for new counters and histograms, first seen with {}; their label sets "
          "are counted as \"other\"",
          descriptor.name);
    }
    if (policy == WithoutCells::Refuse) return nullptr;
  }
  // Without memory there is either the whole series or nothing of it: one without its cell, or one
  // that is in no index, would be read by every snapshot.
  const auto id = static_cast<std::uint32_t>(series_.size());
  const std::size_t states[] = {gauges_.size(), distincts_.size(), topks_.size(), histogram_count_};
  try {
    family.index_.make_room();
    Series& made = series_.emplace_back(id, descriptor, key, texts_);
    made.slot_ = slot;
    give_state(made, family);
    if (const auto totals = restored_.find(descriptor.name); totals != restored_.end()) {
      if (const auto total = totals->second.find(key); total != totals->second.end()) {
        give_total(made, family, total->second);
        totals->second.erase(total);
      }
    }
  } catch (...) {
    if (series_.size() > id) series_.pop_back();
    if (gauges_.size() > states[0]) gauges_.pop_back();
    if (distincts_.size() > states[1]) distincts_.pop_back();
    if (topks_.size() > states[2]) topks_.pop_back();
    histogram_count_ = static_cast<std::uint32_t>(states[3]);
    fenced("giving back the cells of a series", [&] { slab::release(slot, cells); });
    throw;
  }
  Series& series = series_.back();
  (family.last_ != nullptr ? family.last_->next_ : family.first_) = &series;
  family.last_ = &series;
  ++family.size_;
  family.index_.insert(series, hash_key(series.key()));
  return &series;
}

void Registry::give_state(Series& series, FamilyBase& family) {
  switch (family.descriptor_.kind) {
    case Kind::Counter:
      return;
    case Kind::Gauge:
      series.state_ = &gauges_.emplace_back(kUnset);
      return;
    case Kind::Histogram:
      series.place_ = histogram_count_++;
      return;
    case Kind::Distinct:
      series.place_ = static_cast<std::uint32_t>(distincts_.size());
      series.state_ = &distincts_.emplace_back();
      distincts_.back().restart(family.key_);
      return;
    case Kind::TopK:
      series.place_ = static_cast<std::uint32_t>(topks_.size());
      series.state_ = &topks_.emplace_back(family.descriptor_.top);
      return;
  }
}

void Registry::give_total(Series& series, FamilyBase& family, Total total) {
  if (family.descriptor_.kind == Kind::TopK) {
    auto& cell = *static_cast<TopKCell*>(series.state_);
    if (total.key_tag == cell.tag()) cell.merge(total.topk);
  } else if (family.descriptor_.kind == Kind::Distinct) {
    auto& cell = *static_cast<DistinctCell*>(series.state_);
    if (total.key_tag == tag_of(cell.key())) cell.sketch().merge(total.distinct.registers);
  }
  series.base_ = std::make_unique<const Total>(std::move(total));
}

void Registry::restore(std::string_view family, std::string_view key, Total total) {
  // In the order of snapshot().
  const std::scoped_lock locks(snapshot_mutex_, mutex_);
  const auto declared = families_.find(family);
  if (declared != families_.end()) {
    if (const Series* found = declared->second->index_.find(key, hash_key(key))) {
      Series& series = series_[found->id_];
      if (sequence_ == 0 && series.base_ == nullptr) {
        give_total(series, *declared->second, std::move(total));
      }
      return;
    }
  }
  restored_[std::string(family)].try_emplace(std::string(key), std::move(total));
  if (declared != families_.end()) restore_into(*declared->second);
}

void Registry::restore_into(FamilyBase& family) {
  const auto totals = restored_.find(family.descriptor_.name);
  if (totals == restored_.end()) return;
  // `create` takes each total out of restored_.
  std::vector<std::string> keys;
  for (const auto& [key, total] : totals->second) keys.push_back(key);
  for (const std::string& key : keys) {
    if (is_key(family.descriptor_, key)) {
      create(family, key, WithoutCells::Discard);
    } else {
      log::warn("metrics", "a stored total of {} has other labels and is left out", totals->first);
    }
  }
  restored_.erase(totals);
}

const Series& Registry::fold(FamilyBase& family, std::string_view key) {
  note_fold(family, key);
  FamilyBase& meter = *families_.find(catalogue::kFolded.name)->second;
  if (&meter != &family) {
    const std::string_view name = family.descriptor_.name;
    const Series* series = meter.index_.find(name, hash_key(name));
    if (series == nullptr) series = create(meter, name, WithoutCells::Discard);
    Counter(series->slot_).add();
  }
  const std::string other = make_key(family.descriptor_, {"other", "other", "other"});
  if (const Series* found = family.index_.find(other, hash_key(other))) return *found;
  return *create(family, other, WithoutCells::Discard);
}

void Registry::note_fold(FamilyBase& family, std::string_view key) {
  if (family.folded_before_ || family.size_ < family.descriptor_.max_series) return;
  family.folded_before_ = true;
  const Descriptor& descriptor = family.descriptor_;
  std::string whose;
  if (!descriptor.owner.empty()) {
    whose = fmt::format(" of plugin \"{}\"", descriptor.owner);
  } else if (const std::string_view plugin = plugin_of(descriptor, key); !plugin.empty()) {
    whose = fmt::format(" with one of plugin \"{}\"", plugin);
  }
  notice_ = fmt::format(
      "{} has reached its limit of {} label sets{}; further ones are counted as \"other\"",
      descriptor.name,
      descriptor.max_series,
      whose);
}

}  // namespace discern::metrics
