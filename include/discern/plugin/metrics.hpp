#pragma once

// core.metrics(): what only the plugin knows.
//
// The host records commands, errors, durations, load time and CPU of every plugin by itself.
// Handles are cheap to copy and safe from every thread; counting takes no lock and no call into the
// host. Names get "plugin_<id>_" in front, and a family holds at most 1,000 label sets: further
// ones count as "other".

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>

#include "discern/plugin/fence.hpp"
#include "discern/plugin/metric_cells.hpp"

// The calling thread's slab, exported by the host; null before the thread's first count. `__thread`
// because a `thread_local` of another module is reached through a wrapper function.
extern "C" __attribute__((visibility("default"),
                          tls_model("initial-exec"))) __thread std::uint64_t* discern_thread_slab;

namespace discern::plugin {

namespace detail {
inline std::uint64_t load(std::uint64_t& cell) noexcept {
  return std::atomic_ref(cell).load(std::memory_order_relaxed);
}
inline void store(std::uint64_t& cell, std::uint64_t value) noexcept {
  std::atomic_ref(cell).store(value, std::memory_order_relaxed);
}
}  // namespace detail

// Only goes up.
class Counter {
 public:
  Counter() = default;
  Counter(const discern_host* host, const discern_series& series)
      : host_(host), slot_(series.slot) {}

  void add(std::uint64_t n = 1) const noexcept {
    std::uint64_t* slab = discern_thread_slab;
    if (slab == nullptr) [[unlikely]] {
      if (host_ != nullptr) host_->add_to_counter(host_->context, slot_, n);
      return;
    }
    detail::store(slab[slot_], detail::load(slab[slot_]) + n);
  }

 private:
  const discern_host* host_ = nullptr;
  std::uint32_t slot_ = 0;  // Nobody reads what an empty handle counts.
};

// The last value set, by whichever thread.
class Gauge {
 public:
  Gauge() = default;
  Gauge(const discern_host*, const discern_series& series) : cell_(series.cell) {}

  void set(double value) const noexcept {
    // The host reads -0.0 as "never set"; adding zero makes it a plain zero.
    if (cell_ != nullptr) std::atomic_ref(*cell_).store(value + 0.0, std::memory_order_relaxed);
  }
  void add(double amount) const noexcept {
    if (cell_ == nullptr) return;
    const std::atomic_ref cell(*cell_);
    double old = cell.load(std::memory_order_relaxed);
    while (!cell.compare_exchange_weak(old, old + amount, std::memory_order_relaxed)) {
    }
  }

 private:
  double* cell_ = nullptr;
};

// Distribution of values; answers quantiles within 4.4 %. Values are in the unit that the name ends
// with: seconds, bytes.
class Histogram {
 public:
  Histogram() = default;
  Histogram(const discern_host* host, const discern_series& series)
      : host_(host), slot_(series.slot) {}

  void observe(double value) const noexcept {
    std::uint64_t* slab = discern_thread_slab;
    cells::Position at{};
    if (slot_ == 0) [[unlikely]]
      return;
    if (slab == nullptr || !cells::find_position(value, at)) [[unlikely]] {
      return host_->observe(host_->context, slot_, value);
    }
    const std::uint64_t pair = detail::load(slab[slot_ + cells::kOctave + at.octave / 2]);
    const auto counts = static_cast<std::uint32_t>(pair >> (at.octave % 2 * 32));
    if (counts == 0) [[unlikely]]
      return host_->observe(host_->context, slot_, value);
    detail::store(slab[counts + at.step], detail::load(slab[counts + at.step]) + 1);
    std::uint64_t& sum = slab[slot_ + cells::kSum];
    detail::store(sum,
                  std::bit_cast<std::uint64_t>(std::bit_cast<double>(detail::load(sum)) + value));
  }
  void observe(std::chrono::nanoseconds d) const noexcept {
    observe(std::chrono::duration<double>(d).count());
  }

 private:
  const discern_host* host_ = nullptr;
  std::uint32_t slot_ = 0;
};

// How many different values there were, storing none of them (HyperLogLog, standard error 1.63 %).
// Begins anew with each start of the host, whose key the values are hashed with.
class Distinct {
 public:
  Distinct() = default;
  Distinct(const discern_host* host, const discern_series& series)
      : host_(host), sketch_(series.sketch) {}

  void add(std::string_view value) const noexcept {
    if (sketch_ != nullptr) host_->add_distinct(host_->context, sketch_, detail::text(value));
  }
  void add_id(std::uint64_t id) const noexcept { add(std::to_string(id)); }

 private:
  const discern_host* host_ = nullptr;
  void* sketch_ = nullptr;
};

// The busiest of many items, in fixed memory (Space-Saving); the rest is `other`. Items are shown
// as they are: channels and commands, never people.
class TopK {
 public:
  TopK() = default;
  TopK(const discern_host* host, const discern_series& series)
      : host_(host), sketch_(series.sketch) {}

  void add(std::string_view item, std::uint64_t n = 1) const noexcept {
    if (sketch_ != nullptr) host_->add_top(host_->context, sketch_, detail::text(item), n);
  }
  void add_id(std::uint64_t id, std::uint64_t n = 1) const noexcept { add(std::to_string(id), n); }

 private:
  const discern_host* host_ = nullptr;
  void* sketch_ = nullptr;
};

// Series of one kind with labels. Keep the handle of a label set that is used often.
template <class Handle>
class Family {
 public:
  Family() = default;
  Family(const discern_host* host, std::uint64_t id) : host_(host), id_(id) {}

  // One value for each label, in the order of declaration; those left out are empty.
  Handle with(std::string_view a = {}, std::string_view b = {}, std::string_view c = {}) const {
    if (host_ == nullptr) return {};
    const discern_text values[] = {detail::text(a), detail::text(b), detail::text(c)};
    auto series = detail::sized<discern_series>();
    host_->find_series(host_->context, id_, values, 3, &series);
    return Handle(host_, series);
  }

 private:
  const discern_host* host_ = nullptr;
  std::uint64_t id_ = 0;
};

class Metrics {
 public:
  using Labels = std::initializer_list<std::string_view>;

  explicit Metrics(const discern_host* host) : host_(host) {}

  // Names: [a-z0-9_]; counters end with _total; a unit (_seconds, _bytes, _ratio) comes last before
  // that. Declaring the same again returns the same. Throws Failure when the name breaks the rule
  // or was declared with another kind or other labels.
  Counter counter(std::string_view name, std::string_view help) {
    return counter(name, help, {}).with();
  }
  Family<Counter> counter(std::string_view name, std::string_view help, Labels labels) {
    return declare<Counter>(DISCERN_COUNTER, name, help, labels);
  }
  Gauge gauge(std::string_view name, std::string_view help) { return gauge(name, help, {}).with(); }
  Family<Gauge> gauge(std::string_view name, std::string_view help, Labels labels) {
    return declare<Gauge>(DISCERN_GAUGE, name, help, labels);
  }
  Histogram histogram(std::string_view name, std::string_view help) {
    return histogram(name, help, {}).with();
  }
  Family<Histogram> histogram(std::string_view name, std::string_view help, Labels labels) {
    return declare<Histogram>(DISCERN_HISTOGRAM, name, help, labels);
  }

  Distinct distinct(std::string_view name, std::string_view help) {
    return distinct(name, help, {}).with();
  }
  Family<Distinct> distinct(std::string_view name, std::string_view help, Labels labels) {
    return declare<Distinct>(DISCERN_DISTINCT, name, help, labels);
  }
  // `item` names what is counted ("channel"); `top` of them are shown, at most 100.
  TopK top_k(std::string_view name,
             std::string_view help,
             std::string_view item,
             std::uint32_t top = 10) {
    return declare<TopK>(DISCERN_TOPK, name, help, {item}, top).with();
  }

  // For what the host cannot see. None of these counts anything twice: usage of a command that this
  // plugin registered is ignored, because the host counted it; so is the plugin's own load time;
  // and an error that is reported by a handler which then throws is one error.
  void record_command_usage(std::string_view command) {
    record(DISCERN_RECORD_COMMAND_USAGE, command, 1);
  }
  void record_plugin_load_time(std::string_view plugin, double milliseconds) {
    record(DISCERN_RECORD_LOAD_TIME, plugin, milliseconds);
  }
  void record_plugin_load_time(std::string_view plugin, std::chrono::nanoseconds duration) {
    record(DISCERN_RECORD_LOAD_TIME,
           plugin,
           std::chrono::duration<double, std::milli>(duration).count());
  }
  void increment_plugin_error_count(std::string_view plugin) {
    record(DISCERN_RECORD_ERROR, plugin, 1);
  }

 private:
  template <class Handle>
  Family<Handle> declare(std::uint32_t kind,
                         std::string_view name,
                         std::string_view help,
                         Labels labels,
                         std::uint32_t top = 0) {
    if (labels.size() > 3) throw Failure("a metric has at most three labels: " + std::string(name));
    std::array<discern_text, 3> names{};
    std::transform(labels.begin(), labels.end(), names.begin(), detail::text);
    auto metric = detail::sized<discern_metric>();
    metric.kind = kind;
    metric.top = top;
    metric.name = detail::text(name);
    metric.help = detail::text(help);
    metric.labels = names.data();
    metric.label_count = static_cast<std::uint32_t>(labels.size());
    auto failure = detail::sized<discern_failure>();
    const std::uint64_t id = host_->declare_metric(host_->context, &metric, &failure);
    if (id == 0) detail::raise(failure);
    return Family<Handle>(host_, id);
  }
  void record(std::uint32_t what, std::string_view name, double value) {
    host_->record(host_->context, what, detail::text(name), value);
  }

  const discern_host* host_;
};

}  // namespace discern::plugin
