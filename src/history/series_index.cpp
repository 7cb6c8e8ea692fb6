#include "history/series_index.hpp"

#include <algorithm>

namespace discern::history {
namespace {

// Ids are given one after the other: a higher one is damage, not a series.
constexpr std::int64_t kHighestId = std::int64_t{1} << 24;

FamilyRow make_row(const metrics::Descriptor& descriptor) {
  FamilyRow row;
  row.name = descriptor.name;
  row.kind = to_string(descriptor.kind);
  row.unit = to_string(descriptor.unit);
  row.step = descriptor.step;
  for (std::size_t i = 0; i < descriptor.key_label_count(); ++i) {
    if (i > 0) row.labels.push_back(',');
    row.labels.append(descriptor.labels[i]);
  }
  return row;
}

bool same_family(const FamilyRow& a, const FamilyRow& b) {
  return a.name == b.name && a.kind == b.kind && a.unit == b.unit && a.step == b.step &&
         a.labels == b.labels;
}

}  // namespace

RowSum sum_of(const FamilyRow& row) {
  RowSum sum;
  sum.number(row.id).text(row.name).text(row.kind).text(row.unit).real(row.step).text(row.labels);
  return sum;
}

RowSum sum_of(const SeriesRow& row) {
  RowSum sum;
  sum.number(row.id).number(row.family).text(row.key).number(row.first_tick);
  return sum;
}

Shape shape_of(metrics::Kind kind) {
  switch (kind) {
    case metrics::Kind::Counter:
    case metrics::Kind::TopK:  // Its total.
      return Shape::Steps;
    case metrics::Kind::Histogram:
      return Shape::Buckets;
    default:  // Of a Distinct, the estimate.
      return Shape::Number;
  }
}

Result<void> SeriesIndex::load_family(FamilyRow row) {
  if (row.id < 1 || row.id > kHighestId)
    return Error(Errc::Corrupt, "it holds an impossible family");
  next_family_ = std::max(next_family_, row.id + 1);
  const std::int64_t id = row.id;
  families_[id].row = std::move(row);
  return {};
}

Result<void> SeriesIndex::load_series(SeriesRow row) {
  const auto family = families_.find(row.family);
  if (row.id < 1 || row.id > kHighestId || family == families_.end()) {
    return Error(Errc::Corrupt, "it holds an impossible series");
  }
  next_series_ = std::max(next_series_, row.id + 1);
  known_[row.id] = row.family;
  std::string key = row.key;
  family->second.series.insert_or_assign(std::move(key), std::move(row));
  return {};
}

std::string_view SeriesIndex::kind_of(std::uint32_t series) const {
  const auto known = known_.find(series);
  return known == known_.end() ? std::string_view() : families_.at(known->second).row.kind;
}

SeriesIndex::Family& SeriesIndex::ensure_family(const metrics::Descriptor& descriptor) {
  FamilyRow row = make_row(descriptor);
  for (auto& [id, family] : families_) {
    if (same_family(family.row, row)) return family;
  }
  row.id = next_family_++;
  new_families_.push_back(row);
  Family& family = families_[row.id];
  family.row = std::move(row);
  return family;
}

void SeriesIndex::refresh(const metrics::Snapshot& snapshot, std::int64_t tick_id, Tick& tick) {
  const std::size_t known = tick.series.size();
  if (snapshot.series_count() <= known) return;
  // The layout is ordered by family; places are given in order of the snapshot's ids.
  std::vector<TickSeries> added(snapshot.series_count() - known);
  for (const metrics::FamilySeries& family : snapshot.layout()) {
    if (family.series.empty() || family.series.back()->id() < known) continue;
    Family& stored = ensure_family(*family.family);
    for (const metrics::Series* series : family.series) {
      if (series->id() < known) continue;
      auto at = stored.series.find(series->key());
      if (at == stored.series.end()) {
        SeriesRow row{next_series_++, stored.row.id, std::string(series->key()), tick_id};
        new_series_.push_back(row);
        std::string key = row.key;
        at = stored.series.emplace(std::move(key), std::move(row)).first;
      }
      added[series->id() - known] = {at->second.id, shape_of(family.family->kind)};
    }
  }
  for (const TickSeries& series : added) tick.add(series.id, series.shape);
}

void SeriesIndex::mark_all_new() {
  mark_saved();
  for (const auto& [id, family] : families_) {
    new_families_.push_back(family.row);
    for (const auto& [key, row] : family.series) new_series_.push_back(row);
  }
}

void SeriesIndex::mark_saved() {
  new_families_.clear();
  new_series_.clear();
}

void SeriesIndex::for_each(
    const std::function<void(const FamilyRow&, const SeriesRow&)>& visit) const {
  for (const auto& [id, family] : families_) {
    for (const auto& [key, row] : family.series) visit(family.row, row);
  }
}

}  // namespace discern::history
