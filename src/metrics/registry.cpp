#include "metrics/registry.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/log.hpp"
#include "metrics/catalogue.hpp"

namespace discern::metrics {
namespace {

constexpr std::size_t kMaxEvents = 1000;

bool same_shape(const Descriptor& a, const Descriptor& b) {
  return a.kind == b.kind && a.labels == b.labels;
}

std::uint32_t cells_of(Kind kind) {
  if (kind == Kind::Counter) return 1;
  return kind == Kind::Histogram ? histogram_cells::kCells : 0;
}

}  // namespace

const Series& FamilyBase::ensure(const LabelValues& values) {
  // Most label values are clean and short, and then the joined values are the key.
  char joined[256];
  std::size_t size = 0;
  for (std::size_t i = 0; i < descriptor_.label_count(); ++i) {
    if (size + values[i].size() + 1 > sizeof joined) return ensure_slowly(values);
    if (i > 0) joined[size++] = kKeySeparator;
    size += values[i].copy(joined + size, values[i].size());
  }
  const std::string_view key(joined, size);
  if (const Series* found = index_.find(key, hash_key(key))) return *found;
  return ensure_slowly(values);
}

const Series& FamilyBase::ensure_slowly(const LabelValues& values) {
  std::string key = make_key(descriptor_, values);
  const std::lock_guard lock(registry_.mutex_);
  if (const Series* found = index_.find(key, hash_key(key))) return *found;
  if (series_.size() >= descriptor_.max_series) return registry_.fold(*this);
  return registry_.create(*this, std::move(key));
}

Registry::Registry(SystemTime process_start)
    : process_start_(process_start), layout_(std::make_shared<Layout>()) {
  counters(catalogue::kFolded);
}

Registry::~Registry() {
  for (const Series& series : series_) slab::release(series.slot_, cells_of(series.family().kind));
}

template <class Handle>
Family<Handle>& Registry::declare(const Descriptor& descriptor, Kind kind) {
  const std::lock_guard lock(mutex_);
  auto& family = families_[descriptor.name];
  if (!family) {
    if (descriptor.kind != kind)
      throw std::logic_error("wrong kind: " + std::string(descriptor.name));
    family = std::make_unique<Family<Handle>>(*this, descriptor);
    if (const auto totals = restored_.find(descriptor.name); totals != restored_.end()) {
      // `create` takes each total out of restored_.
      std::vector<std::string> keys;
      for (const auto& [key, total] : totals->second) keys.push_back(key);
      for (std::string& key : keys) create(*family, std::move(key));
    }
  } else if (family->descriptor_.kind != kind || !same_shape(family->descriptor_, descriptor)) {
    throw std::logic_error("declared twice, differently: " + std::string(descriptor.name));
  }
  return static_cast<Family<Handle>&>(*family);
}

Family<Counter>& Registry::counters(const Descriptor& d) {
  return declare<Counter>(d, Kind::Counter);
}
Family<Gauge>& Registry::gauges(const Descriptor& d) {
  return declare<Gauge>(d, Kind::Gauge);
}
Family<Histogram>& Registry::histograms(const Descriptor& d) {
  return declare<Histogram>(d, Kind::Histogram);
}

Result<const Descriptor*> Registry::adopt(const Descriptor& descriptor) {
  if (!is_valid_name(descriptor)) {
    return Error(Errc::Invalid,
                 "metric \"" + std::string(descriptor.name) +
                     "\": use lower case letters, digits and _, end counters (and nothing else) "
                     "with _total, and put the unit before that");
  }
  const std::lock_guard lock(mutex_);
  const auto same_name = [&](const Descriptor& d) { return d.name == descriptor.name; };
  const auto known = std::find_if(adopted_.begin(), adopted_.end(), same_name);
  if (known != adopted_.end()) {
    if (same_shape(*known, descriptor)) return &*known;
    return Error(
        Errc::Exists,
        "metric \"" + std::string(descriptor.name) +
            "\" was declared before with another kind or other labels; choose another name");
  }
  if (families_.contains(descriptor.name)) {
    return Error(Errc::Exists, "metric \"" + std::string(descriptor.name) + "\" is built in");
  }
  const auto own = [&](std::string_view text) -> std::string_view {
    return adopted_text_.emplace_back(text);
  };
  Descriptor copy = descriptor;
  copy.name = own(descriptor.name);
  copy.help = own(descriptor.help);
  for (std::string_view& label : copy.labels) {
    if (!label.empty()) label = own(label);
  }
  return &adopted_.emplace_back(copy);
}

void Registry::restore(std::string_view family, std::string_view key, Total total) {
  const std::lock_guard lock(mutex_);
  restored_[std::string(family)].try_emplace(std::string(key), std::move(total));
  const auto declared = families_.find(family);
  if (declared == families_.end()) return;
  if (declared->second->index_.find(key, hash_key(key)) != nullptr) return;
  create(*declared->second, std::string(key));
}

void Registry::annotate(Event event) {
  const std::lock_guard lock(mutex_);
  if (events_.size() >= kMaxEvents) events_.erase(events_.begin());
  events_.push_back(std::move(event));
}

Series& Registry::create(FamilyBase& family, std::string key) {
  const Descriptor& descriptor = family.descriptor_;
  Series& series =
      series_.emplace_back(static_cast<std::uint32_t>(series_.size()), descriptor, std::move(key));
  series.hash_ = hash_key(series.key());
  if (descriptor.kind == Kind::Gauge) {
    series.gauge_ = &gauges_.emplace_back(0.0);
  } else {
    series.slot_ = slab::allocate(cells_of(descriptor.kind));
    if (descriptor.kind == Kind::Histogram) {
      series.place_ = static_cast<std::uint32_t>(histograms_.size());
      histograms_.push_back(&series);
    } else {
      counters_.push_back(&series);
    }
  }
  if (const auto totals = restored_.find(descriptor.name); totals != restored_.end()) {
    if (const auto total = totals->second.find(series.key()); total != totals->second.end()) {
      series.base_ = std::make_unique<const Total>(std::move(total->second));
      totals->second.erase(total);
    }
  }
  family.series_.push_back(&series);
  family.index_.insert(series, series.hash_);
  return series;
}

const Series& Registry::fold(FamilyBase& family) {
  if (!family.folded_before_) {
    family.folded_before_ = true;
    log::warn("metrics",
              "{} has reached its limit of {} label sets; further ones are counted as \"other\"",
              family.descriptor_.name,
              family.descriptor_.max_series);
  }
  FamilyBase* meter = nullptr;
  if (const auto found = families_.find(catalogue::kFolded.name); found != families_.end()) {
    meter = found->second.get();
  }
  if (meter != nullptr && meter != &family) {
    const std::string key(family.descriptor_.name);
    const Series* series = meter->index_.find(key, hash_key(key));
    if (series == nullptr) series = &create(*meter, key);
    Counter(series->slot_).add();
  }
  const std::string other = make_key(family.descriptor_, {"other", "other", "other"});
  if (const Series* found = family.index_.find(other, hash_key(other))) return *found;
  return create(family, other);
}

}  // namespace discern::metrics
