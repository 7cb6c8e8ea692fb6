#pragma once

// Metrics of a plugin under test: what was counted, by name and label values.

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "discern/plugin/fence.hpp"

// The slab that plugins count in. A test has none, so that every count comes to the fake host.
extern "C" {
__attribute__((visibility("default"),
               weak,
               tls_model("initial-exec"))) __thread std::uint64_t* discern_thread_slab = nullptr;
}

namespace discern::plugin::testing {

class FakeMetrics {
 public:
  std::uint64_t declare(const discern_metric& metric, discern_failure* failure) {
    const std::string name(plugin::detail::view(metric.name));
    for (std::size_t i = 0; i < families_.size(); ++i) {
      if (families_[i].name != name) continue;
      if (families_[i].kind == metric.kind && families_[i].labels == metric.label_count)
        return i + 1;
      plugin::detail::fill_failure(failure, nullptr, name + " was declared in another way");
      return 0;
    }
    const bool total = name.ends_with("_total");
    if (total != (metric.kind == DISCERN_COUNTER)) {
      plugin::detail::fill_failure(
          failure, nullptr, "metric \"" + name + "\": counters, and only they, end with _total");
      return 0;
    }
    families_.push_back({name, metric.kind, metric.label_count});
    return families_.size();
  }

  bool find(std::uint64_t family,
            const discern_text* values,
            std::uint32_t count,
            discern_series& series) {
    if (family == 0 || family > families_.size()) return false;
    std::vector<std::string> key{families_[family - 1].name};
    for (std::uint32_t i = 0; i < count && i < families_[family - 1].labels; ++i) {
      key.emplace_back(plugin::detail::view(values[i]));
    }
    trim(key);
    const auto [at, made] = by_key_.try_emplace(key, all_.size());
    if (made) all_.emplace_back();
    Series& found = all_[at->second];
    found.kind = families_[family - 1].kind;
    // 0 is the slot of an empty handle.
    series.slot = static_cast<std::uint32_t>(at->second + 1);
    series.cell = &found.value;
    series.sketch = &found;
    return true;
  }

  void add(std::uint32_t slot, double n) {
    if (slot > 0 && slot <= all_.size()) all_[slot - 1].value += n;
  }
  void observe(std::uint32_t slot, double value) {
    if (slot == 0 || slot > all_.size()) return;
    all_[slot - 1].value += 1;
    all_[slot - 1].observed.push_back(value);
  }
  static void add_distinct(void* sketch, std::string_view value) {
    static_cast<Series*>(sketch)->seen[std::string(value)] += 1;
  }
  static void add_top(void* sketch, std::string_view item, std::uint64_t n) {
    static_cast<Series*>(sketch)->seen[std::string(item)] += static_cast<double>(n);
  }

  // Counters and gauges: the value. Histograms: how often something was observed. Distinct: how
  // many different. Top-k: what the item named by the last label has. 0 when there is no such
  // series.
  double value(const std::string& name, std::vector<std::string> labels) const {
    const auto kind = std::find_if(families_.begin(), families_.end(), [&](const auto& family) {
      return family.name == name;
    });
    if (kind == families_.end()) return 0;
    std::string item;
    if (kind->kind == DISCERN_TOPK && !labels.empty()) {
      item = labels.back();
      labels.pop_back();
    }
    const Series* series = find_series(name, labels);
    if (series == nullptr) return 0;
    if (kind->kind == DISCERN_DISTINCT) return static_cast<double>(series->seen.size());
    if (kind->kind != DISCERN_TOPK) return series->value;
    const auto found = series->seen.find(item);
    return found != series->seen.end() ? found->second : 0;
  }
  // What a histogram was given, in order.
  std::vector<double> observed(const std::string& name,
                               const std::vector<std::string>& labels) const {
    const Series* series = find_series(name, labels);
    return series != nullptr ? series->observed : std::vector<double>();
  }

 private:
  struct Family {
    std::string name;
    std::uint32_t kind;
    std::uint32_t labels;
  };
  struct Series {
    std::uint32_t kind = 0;
    double value = 0;
    std::vector<double> observed;
    std::map<std::string, double> seen;
  };
  // Labels that are left out are empty: they are the same series.
  static void trim(std::vector<std::string>& key) {
    while (key.size() > 1 && key.back().empty()) key.pop_back();
  }
  const Series* find_series(const std::string& name, const std::vector<std::string>& labels) const {
    std::vector<std::string> key{name};
    key.insert(key.end(), labels.begin(), labels.end());
    trim(key);
    const auto found = by_key_.find(key);
    return found != by_key_.end() ? &all_[found->second] : nullptr;
  }

  std::vector<Family> families_;
  std::map<std::vector<std::string>, std::size_t> by_key_;
  std::deque<Series> all_;
};

}  // namespace discern::plugin::testing
