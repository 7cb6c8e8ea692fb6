#include "metrics/read_plan.hpp"

#include "metrics/registry.hpp"

namespace discern::metrics {

std::size_t ReadPlan::bytes() const {
  std::size_t bytes = layout.capacity() * sizeof(FamilySeries);
  for (const FamilySeries& family : layout) {
    bytes += family.series.capacity() * sizeof(const Series*);
  }
  return bytes + counters.capacity() * sizeof(Run) + histograms.capacity() * sizeof(std::uint32_t) +
         gauges.capacity() * sizeof(GaugeSource) + distincts.capacity() * sizeof(DistinctSource) +
         topks.capacity() * sizeof(TopKSource);
}

void Registry::refresh_plan() {
  if (plan_->series == series_.size() && plan_->layout.size() == families_.size()) return;
  auto plan = std::make_shared<ReadPlan>();
  plan->series = static_cast<std::uint32_t>(series_.size());
  plan->layout.reserve(families_.size());
  for (const auto& [name, family] : families_) {
    FamilySeries& listed = plan->layout.emplace_back(FamilySeries{&family->descriptor_, {}});
    listed.series.reserve(family->size_);
    for (const Series* series = family->first_; series != nullptr; series = series->next_) {
      listed.series.push_back(series);
    }
  }
  plan->histograms.reserve(histogram_count_);
  plan->gauges.reserve(gauges_.size());
  for (const Series& series : series_) {
    switch (series.family().kind) {
      case Kind::Counter: {
        if (series.slot_ == kNoSlot) break;
        ReadPlan::Run* last = plan->counters.empty() ? nullptr : &plan->counters.back();
        if (last != nullptr && last->id + last->size == series.id_ &&
            last->slot + last->size == series.slot_) {
          ++last->size;
        } else {
          plan->counters.push_back({series.slot_, series.id_, 1});
        }
        break;
      }
      case Kind::Gauge:
        plan->gauges.push_back({series.id_, static_cast<std::atomic<double>*>(series.state_)});
        break;
      case Kind::Histogram:
        plan->histograms.push_back(series.slot_);
        break;
      case Kind::Distinct:
        plan->distincts.push_back({series.id_, static_cast<DistinctCell*>(series.state_)});
        break;
      case Kind::TopK:
        plan->topks.push_back({series.id_, static_cast<TopKCell*>(series.state_)});
        break;
    }
  }
  plan_ = std::move(plan);
}

}  // namespace discern::metrics
