#include "plugin/plugin_metrics.hpp"

#include <algorithm>
#include <bit>

#include "metrics/catalogue.hpp"
#include "plugin/boundary.hpp"
#include "plugin/manifest.hpp"

namespace discern::plugin {
namespace {

namespace catalogue = metrics::catalogue;

constexpr std::uint32_t kMostTop = 100;

bool is_label(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= 40 && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), fits) && name != "le" && name != "quantile";
}

metrics::Unit unit_of(std::string_view name) {
  if (name.ends_with("_total")) name.remove_suffix(6);
  if (name.ends_with("_seconds")) return metrics::Unit::Seconds;
  if (name.ends_with("_bytes")) return metrics::Unit::Bytes;
  return name.ends_with("_ratio") ? metrics::Unit::Ratio : metrics::Unit::None;
}

}  // namespace

PluginHandles::PluginHandles(metrics::Registry& registry, std::string_view plugin)
    : load_seconds(registry.gauge(catalogue::kPluginLoad, plugin)),
      enabled(registry.gauge(catalogue::kPluginEnabled, plugin)),
      enables(registry.counter(catalogue::kPluginSwitches, plugin, "enabled")),
      disables(registry.counter(catalogue::kPluginSwitches, plugin, "disabled")),
      cpu(registry.counter(catalogue::kPluginCpu, plugin)),
      queue_delay(registry.histogram(catalogue::kPluginQueueDelay, plugin)),
      queue_depth(registry.gauge(catalogue::kPluginQueueDepth, plugin)),
      pinned(registry.gauge(catalogue::kPluginPinned, plugin)),
      events(registry.counter(catalogue::kPluginEvents, plugin)),
      stalls(registry.counter(catalogue::kPluginStalls, plugin)),
      allocated_bytes(registry.counter(catalogue::kPluginAllocatedBytes, plugin)),
      allocations(registry.counter(catalogue::kPluginAllocations, plugin)) {
  const std::string loop = "p:" + std::string(plugin);
  loop_delay = registry.histogram(catalogue::kLoopDelay, loop);
  loop_stall = registry.gauge(catalogue::kLoopStall, loop);
  for (const WorkKind kind : {WorkKind::Init,
                              WorkKind::Command,
                              WorkKind::Event,
                              WorkKind::Timer,
                              WorkKind::Route,
                              WorkKind::Response}) {
    handler[static_cast<std::size_t>(kind)] =
        registry.histogram(catalogue::kPluginHandler, plugin, to_string(kind));
  }
  for (const WorkKind kind : {WorkKind::Command, WorkKind::Event, WorkKind::Route}) {
    dropped[static_cast<std::size_t>(kind)] =
        registry.counter(catalogue::kPluginDropped, plugin, to_string(kind));
  }
}

Result<std::uint64_t> OwnFamilies::declare(std::string_view plugin, const discern_metric& metric) {
  const std::string name = metric_prefix(plugin) + std::string(view(metric.name));
  metrics::Descriptor family;
  family.name = name;
  const std::string help = text_of(metric.help);
  family.help = help.empty() ? "Declared by a plugin." : std::string_view(help);
  family.unit = unit_of(name);
  family.privacy = metrics::Privacy::Aggregate;
  family.owner = plugin;
  switch (metric.kind) {
    case DISCERN_COUNTER:
      family.kind = metrics::Kind::Counter;
      break;
    case DISCERN_GAUGE:
      family.kind = metrics::Kind::Gauge;
      break;
    case DISCERN_HISTOGRAM:
      family.kind = metrics::Kind::Histogram;
      break;
    case DISCERN_DISTINCT:
      family.kind = metrics::Kind::Distinct;
      break;
    case DISCERN_TOPK:
      family.kind = metrics::Kind::TopK;
      if (metric.top != 0) family.top = std::min<std::uint32_t>(metric.top, kMostTop);
      break;
    default:
      return Error(Errc::Invalid, "metric \"" + name + "\" is of a kind this host does not know");
  }
  if (metric.label_count > metrics::kMaxLabels) {
    return Error(Errc::Invalid, "metric \"" + name + "\" has more than three labels");
  }
  for (std::uint32_t i = 0; i < metric.label_count; ++i) {
    family.labels[i] = view(metric.labels[i]);
    if (!is_label(family.labels[i])) {
      return Error(Errc::Invalid,
                   "metric \"" + name + "\": \"" + std::string(family.labels[i]) +
                       "\" is not a label name; use lower case letters, digits and _");
    }
  }
  const std::lock_guard lock(mutex_);
  Result<const metrics::Descriptor*> adopted = registry_.adopt(family);
  if (!adopted) return std::move(adopted).error();
  if ((*adopted)->owner != plugin) {
    return Error(Errc::Exists,
                 "metric \"" + name + "\" belongs to plugin \"" + std::string((*adopted)->owner) +
                     "\"; choose another name");
  }
  if (const auto known = number_.find(name); known != number_.end()) return known->second;
  if (families_.size() == kMost) {
    return Error(Errc::Limit, "metric \"" + name + "\": the plugins have too many metrics already");
  }
  if (family.kind == metrics::Kind::Counter) {
    families_.emplace_back(&registry_.counters(**adopted));
  } else if (family.kind == metrics::Kind::Gauge) {
    families_.emplace_back(&registry_.gauges(**adopted));
  } else if (family.kind == metrics::Kind::Histogram) {
    families_.emplace_back(&registry_.histograms(**adopted));
  } else if (family.kind == metrics::Kind::Distinct) {
    families_.emplace_back(&registry_.distincts(**adopted));
  } else {
    families_.emplace_back(&registry_.topks(**adopted));
  }
  number_.emplace(name, families_.size());
  published_[families_.size() - 1].store(&families_.back(), std::memory_order_release);
  return families_.size();
}

void OwnFamilies::zero_gauges(std::string_view plugin) {
  const std::lock_guard lock(mutex_);
  for (const AnyFamily& family : families_) {
    auto* const* gauges = std::get_if<1>(&family);
    if (gauges != nullptr && (*gauges)->descriptor().owner == plugin) (*gauges)->zero();
  }
}

bool OwnFamilies::find(std::uint64_t number,
                       const metrics::LabelValues& values,
                       discern_series& series) {
  const AnyFamily* family = number >= 1 && number <= kMost
                                ? published_[number - 1].load(std::memory_order_acquire)
                                : nullptr;
  if (family == nullptr) return false;
  if (auto* const* counters = std::get_if<0>(family)) {
    series.slot = (*counters)->with(values[0], values[1], values[2]).slot();
  } else if (auto* const* gauges = std::get_if<1>(family)) {
    static_assert(sizeof(std::atomic<double>) == sizeof(double) &&
                  std::atomic<double>::is_always_lock_free);
    series.cell =
        reinterpret_cast<double*>((*gauges)->with(values[0], values[1], values[2]).cell());
  } else if (auto* const* histograms = std::get_if<2>(family)) {
    series.slot = (*histograms)->with(values[0], values[1], values[2]).slot();
  } else if (auto* const* distincts = std::get_if<3>(family)) {
    series.sketch = std::bit_cast<void*>((*distincts)->with(values[0], values[1], values[2]));
  } else {
    series.sketch =
        std::bit_cast<void*>(std::get<4>(*family)->with(values[0], values[1], values[2]));
  }
  return true;
}

}  // namespace discern::plugin
