#include "metrics/registry.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/log.hpp"
#include "base/utf8.hpp"
#include "metrics/catalogue.hpp"

namespace discern::metrics {
namespace {

constexpr std::size_t kMaxEvents = 1000;
// What a plugin can ask for at most.
constexpr std::uint32_t kMostAdoptedSeries = 100'000;
constexpr std::uint32_t kMostShownItems = 100;
constexpr std::size_t kMostHelpBytes = 1000;

bool same_shape(const Descriptor& a, const Descriptor& b) {
  return a.kind == b.kind && a.labels == b.labels && a.unit == b.unit && a.step == b.step;
}

}  // namespace

FamilyBase::FamilyBase(Registry& registry, const Descriptor& descriptor)
    : registry_(registry), descriptor_(descriptor), key_labels_(descriptor.key_label_count()) {
  if (descriptor.kind == Kind::Distinct) key_ = make_random_key();
}

const Series& FamilyBase::ensure_joined(const LabelValues& values) {
  // Most label values are clean and short, and then the joined values are the key. A value that
  // holds a separator makes a key with too many of them, which is in no index.
  char joined[256];
  std::size_t size = 0;
  for (std::size_t i = 0; i < key_labels_; ++i) {
    if (size + values[i].size() + 1 > sizeof joined) return ensure_slowly(values);
    if (i > 0) joined[size++] = kKeySeparator;
    size += values[i].copy(joined + size, values[i].size());
  }
  const std::string_view key(joined, size);
  if (const Series* found = index_.find(key, hash_key(key))) return *found;
  return ensure_slowly(values);
}

const Series& FamilyBase::ensure_slowly(const LabelValues& values) {
  const std::string key = make_key(descriptor_, values);
  std::string notice;
  const Series& series = registry_.ensure(*this, key, notice);
  // Without the lock: who reads the log may be slow.
  if (!notice.empty()) log::warn("metrics", "{}", notice);
  return series;
}

void FamilyBase::restart_all(HashKey key) {
  const std::lock_guard lock(registry_.mutex_);
  key_ = key;
  for (const Series* series = first_; series != nullptr; series = series->next_) {
    restart(*series, key);
  }
}

void FamilyBase::zero_gauges() {
  const std::lock_guard lock(registry_.mutex_);
  for (const Series* series = first_; series != nullptr; series = series->next_) {
    auto& cell = *static_cast<std::atomic<double>*>(series->state_);
    // What was never set stays unknown.
    if (!is_unset(cell.load(std::memory_order_relaxed))) cell.store(0, std::memory_order_relaxed);
  }
}

void FamilyBase::restart_one(const LabelValues& values, HashKey key) {
  const Series& series = ensure(values);
  const std::lock_guard lock(registry_.mutex_);
  restart(series, key);
}

void FamilyBase::restart(const Series& series, HashKey key) {
  const Total* base = series.base();
  const bool goes_on = base != nullptr && base->key_tag == tag_of(key);
  if (descriptor_.kind == Kind::Distinct) {
    auto& cell = *static_cast<DistinctCell*>(series.state_);
    cell.restart(key);
    if (goes_on) cell.sketch().merge(base->distinct.registers);
  } else {
    auto& cell = *static_cast<TopKCell*>(series.state_);
    cell.restart(tag_of(key));
    if (goes_on) cell.merge(base->topk);
  }
}

Registry::Registry(SystemTime process_start)
    : process_start_(process_start), plan_(std::make_shared<ReadPlan>()) {
  counters(catalogue::kFolded);
}

void Registry::set_process_start(SystemTime start) {
  const std::lock_guard lock(mutex_);
  if (start == process_start_) return;
  process_start_ = start;
  for (auto& [slot, by_octave] : exemplars_) {
    std::erase_if(by_octave, [&](const auto& one) { return one.second.time < start; });
  }
  std::erase_if(exemplars_, [](const auto& one) { return one.second.empty(); });
}

template <class Handle>
Family<Handle>& Registry::declare(const Descriptor& descriptor, Kind kind) {
  const std::lock_guard lock(mutex_);
  if (const auto found = families_.find(descriptor.name); found != families_.end()) {
    const Descriptor& known = found->second->descriptor_;
    if (known.kind != kind || !same_shape(known, descriptor)) {
      throw std::logic_error("declared twice, differently: " + std::string(descriptor.name));
    }
    // What is left when there was no memory for it in the first declaration.
    restore_into(*found->second);
    return static_cast<Family<Handle>&>(*found->second);
  }
  if (descriptor.kind != kind || !is_snake_case(descriptor.name) || !has_valid_labels(descriptor)) {
    throw std::logic_error("wrong kind, name or labels: " + std::string(descriptor.name));
  }
  auto family = std::make_unique<Family<Handle>>(*this, descriptor);
  Family<Handle>& declared = *family;
  families_.emplace(descriptor.name, std::move(family));
  restore_into(declared);
  return declared;
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
Family<Distinct>& Registry::distincts(const Descriptor& d) {
  return declare<Distinct>(d, Kind::Distinct);
}
Family<TopK>& Registry::topks(const Descriptor& d) {
  return declare<TopK>(d, Kind::TopK);
}

Result<void> Registry::check_new_name(const Descriptor& descriptor) const {
  const std::string quoted = "metric \"" + std::string(descriptor.name) + "\"";
  if (!is_valid_name(descriptor) || descriptor.name.starts_with("discern_")) {
    return Error(Errc::Invalid,
                 quoted +
                     ": use lower case letters, digits and _, end counters (and nothing else) "
                     "with _total, put the unit before that, and leave discern_ and the endings "
                     "_bucket, _count, _sum, _created, _info, _gcount and _gsum to others");
  }
  if (!has_valid_labels(descriptor)) {
    return Error(Errc::Invalid,
                 quoted +
                     ": name labels in lower case letters, digits and _, no two alike, none le or "
                     "quantile, and give a top list one for its items");
  }
  if (!(descriptor.step > 0)) {
    return Error(Errc::Invalid, quoted + ": the step must be above 0");
  }
  const auto clashes = [&](std::string_view name) {
    return exposed_name(name) == exposed_name(descriptor.name);
  };
  for (const Descriptor& known : adopted_) {
    if (!clashes(known.name) || (known.name == descriptor.name && same_shape(known, descriptor))) {
      continue;
    }
    return Error(Errc::Exists,
                 quoted +
                     " was declared before with another kind, unit or step, or with other labels; "
                     "choose another name");
  }
  for (const auto& declared : families_) {
    const std::string_view name = declared.first;
    const bool built_in = std::none_of(
        adopted_.begin(), adopted_.end(), [name](const Descriptor& d) { return d.name == name; });
    if (built_in && clashes(name)) return Error(Errc::Exists, quoted + " is built in");
  }
  return {};
}

Result<const Descriptor*> Registry::adopt(const Descriptor& descriptor) {
  const std::lock_guard lock(mutex_);
  if (Result<void> fine = check_new_name(descriptor); !fine) return fine.error();
  const auto same_name = [&](const Descriptor& d) { return d.name == descriptor.name; };
  const auto known = std::find_if(adopted_.begin(), adopted_.end(), same_name);
  if (known != adopted_.end()) return &*known;
  Descriptor copy = descriptor;
  copy.name = texts_.keep(descriptor.name);
  copy.help = texts_.keep(to_valid_utf8(descriptor.help, kMostHelpBytes));
  copy.owner = texts_.keep(descriptor.owner);
  for (std::string_view& label : copy.labels) label = texts_.keep(label);
  copy.max_series = std::clamp(copy.max_series, 1u, kMostAdoptedSeries);
  copy.top = std::clamp(copy.top, 1u, kMostShownItems);
  return &adopted_.emplace_back(copy);
}

void Registry::annotate(Event event) {
  const std::lock_guard lock(mutex_);
  if (events_.size() >= kMaxEvents) events_.erase(events_.begin());
  events_.push_back(std::move(event));
}

Registry::Memory Registry::memory() const {
  const slab::Usage cells = slab::usage();
  Memory memory;
  {
    // In the order of snapshot().
    const std::lock_guard lock(snapshot_mutex_);
    memory.bytes += plan_->bytes();
  }
  {
    const std::lock_guard lock(mutex_);
    memory.series = series_.size();
    memory.bytes += series_.size() * sizeof(Series) + texts_.bytes() + cells.bytes();
    memory.bytes += gauges_.size() * sizeof(std::atomic<double>);
    memory.bytes += distincts_.size() * sizeof(DistinctCell);
    for (const auto& [name, family] : families_) {
      memory.bytes += sizeof(FamilyBase) + family->index_.bytes();
    }
    for (const TopKCell& cell : topks_) {
      cell.read([&](const SpaceSaving& items, std::uint64_t) { memory.bytes += items.bytes(); });
    }
  }
  const std::lock_guard lock(pool_mutex_);
  for (const auto& snapshot : pool_) memory.bytes += snapshot->bytes();
  return memory;
}

}  // namespace discern::metrics
