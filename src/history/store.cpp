#include "history/store.hpp"

#include <fmt/core.h>

#include <bit>

#include "base/log.hpp"
#include "history/gap.hpp"
#include "history/retention.hpp"
#include "history/store_parts.hpp"

namespace discern::history {
namespace {

// Ten minutes of ticks: what a reader decodes at most before the first tick it wants.
constexpr std::int64_t kChainTicks = 60;
constexpr std::size_t kMaxEvents = 1000;
constexpr std::chrono::minutes kForgetEvery{1};

std::size_t count_samples(const Tick& tick) {
  std::size_t samples = tick.series.size() - tick.histograms.size();
  for (const metrics::HistogramTotal& histogram : tick.histograms) {
    samples += histogram.buckets.size();
  }
  return samples;
}

}  // namespace

Statements::Statements(SQLite::Database& database)
    : family(database, "INSERT INTO family VALUES (?, ?, ?, ?, ?, ?)"),
      series(database, "INSERT INTO series VALUES (?, ?, ?, ?)"),
      tick(database, "INSERT INTO tick VALUES (?, ?, ?, ?, ?)"),
      total(database, "REPLACE INTO total VALUES (?, ?)"),
      sketch(database, "REPLACE INTO sketch VALUES (?, ?)"),
      annotation(database, "INSERT INTO annotation (time_ms, kind, text) VALUES (?, ?, ?)"),
      put_state(database, "REPLACE INTO state VALUES (?, ?, ?)"),
      drop_state(database, "DELETE FROM state WHERE area = ? AND key = ?") {}

Store::Store(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Store::~Store() = default;

bool Store::is_new() const {
  return parts_->is_new;
}
std::uint64_t Store::restart_count() const {
  return parts_->restarts;
}
Store::Written Store::last_written() const {
  return parts_->written;
}
std::uint64_t Store::size_bytes() const {
  return size_on_disk(parts_->file);
}

Result<void> Store::set_restart_count(std::uint64_t earlier_starts) {
  return fenced("cannot note the restart count", [&]() -> Result<void> {
    SQLite::Statement update(*parts_->database, "UPDATE boot SET restart_count = ? WHERE id = ?");
    Use(update).integer(static_cast<std::int64_t>(earlier_starts)).integer(parts_->boot).run();
    parts_->restarts = earlier_starts;
    return {};
  });
}

void Store::for_each_total(
    const std::function<void(std::string_view, std::string_view, metrics::Total)>& visit) const {
  std::map<std::pair<std::string, std::string>, metrics::Total> merged;
  // Families come oldest first, so that the newest of the same kind wins.
  parts_->index.for_each([&](const FamilyRow& family, const SeriesRow& series) {
    std::optional<metrics::Total> total = parts_->totals.find(series.id);
    if (!total) return;
    metrics::Total& into = merged[{family.name, series.key}];
    into.key_tag = total->key_tag;
    if (family.kind == to_string(metrics::Kind::Counter)) {
      into.steps = total->steps;
    } else if (family.kind == to_string(metrics::Kind::Histogram)) {
      into.histogram = std::move(total->histogram);
    } else if (family.kind == to_string(metrics::Kind::Distinct)) {
      into.distinct = std::move(total->distinct);
    } else {
      into.topk = std::move(total->topk);
    }
  });
  for (auto& [name, total] : merged) visit(name.first, name.second, std::move(total));
}

Result<std::vector<StateRow>> Store::state(std::string_view area) const {
  using Rows = Result<std::vector<StateRow>>;
  return fenced("cannot read the stored state", [&]() -> Rows {
    std::vector<StateRow> rows;
    const std::string wanted(area);
    SQLite::Statement select(*parts_->database,
                             "SELECT key, value FROM state WHERE area = ? ORDER BY key");
    Use row(select);
    for (row.text(wanted); row.next();) {
      rows.push_back({wanted, row.text_at(0), std::string(row.blob_at(1))});
    }
    return rows;
  });
}

void Store::Parts::take_series(const metrics::Snapshot& snapshot, const metrics::Series& series) {
  const std::uint32_t id = tick.series[series.id()].id;
  std::uint64_t& value = tick.values[series.id()];
  switch (series.family().kind) {
    case metrics::Kind::Counter:
      value = snapshot.lifetime_steps(series);
      totals.set_steps(id, value);
      break;
    case metrics::Kind::Gauge:
      value = std::bit_cast<std::uint64_t>(snapshot.value(series));
      break;
    case metrics::Kind::Histogram:
      tick.histograms[value] = snapshot.lifetime_histogram(series);
      totals.set_histogram(id, tick.histograms[value]);
      break;
    case metrics::Kind::Distinct:
      value = std::bit_cast<std::uint64_t>(snapshot.value(series));
      totals.set_sketch(id, snapshot.lifetime_total(series));
      break;
    case metrics::Kind::TopK:
      value = snapshot.steps(series);
      totals.set_sketch(id, snapshot.lifetime_total(series));
      break;
  }
}

void Store::Parts::take(const metrics::Snapshot& snapshot) {
  index.refresh(snapshot, next_tick, tick);
  for (const metrics::FamilySeries& family : snapshot.layout()) {
    for (const metrics::Series* series : family.series) take_series(snapshot, *series);
  }
  keep(snapshot.events());
}

void Store::Parts::keep(std::span<const metrics::Event> more) {
  for (const metrics::Event& event : more) {
    if (events.size() >= kMaxEvents) events.pop_front();
    events.push_back(event);
  }
}

void Store::Parts::write(std::int64_t time_ms,
                         std::string_view payload,
                         std::span<const StateRow> changed) {
  for (const FamilyRow& row : index.new_families()) {
    Use insert(statements->family);
    insert.integer(row.id).text(row.name).text(row.kind).text(row.unit);
    insert.real(row.step).text(row.labels).run();
  }
  for (const SeriesRow& row : index.new_series()) {
    Use insert(statements->series);
    insert.integer(row.id).integer(row.family).blob(row.key).integer(row.first_tick).run();
  }
  Use(statements->tick)
      .integer(next_tick)
      .integer(time_ms)
      .integer(boot)
      .integer(encoder.is_key() ? next_tick : key_tick)
      .blob(payload)
      .run();
  std::string block;
  for (const std::uint32_t number : totals.changed_blocks()) {
    block.clear();
    totals.append_block(block, number);
    Use(statements->total).integer(number).blob(block).run();
  }
  for (const std::uint32_t series : totals.changed_sketches()) {
    block = totals.sketch_bytes(series);
    Use(statements->sketch).integer(series).blob(block).run();
  }
  const auto put = [&](const std::string& area,
                       const std::string& key,
                       const std::optional<std::string>& value) {
    if (value) {
      Use(statements->put_state).text(area).text(key).blob(*value).run();
    } else {
      Use(statements->drop_state).text(area).text(key).run();
    }
  };
  for (const auto& [name, value] : state) put(name.first, name.second, value);
  for (const StateRow& row : changed) put(row.area, row.key, row.value);
  for (const metrics::Event& event : events) {
    Use(statements->annotation)
        .integer(epoch_ms(event.time))
        .text(event.kind)
        .text(event.text)
        .run();
  }
}

void Store::Parts::keep_for_next(std::span<const StateRow> changed) {
  for (const StateRow& row : changed) state[{row.area, row.key}] = row.value;
}

void Store::note(std::span<const metrics::Event> events) {
  parts_->keep(events);
}

Result<void> Store::commit(const metrics::Snapshot& snapshot,
                           std::span<const StateRow> changed_state) {
  Parts& parts = *parts_;
  const std::int64_t time_ms = epoch_ms(snapshot.time());
  parts.take(snapshot);
  // A chain never spans a gap or a clock that was set back, so that its times stay close together.
  const bool chain_is_long = parts.next_tick - parts.key_tick >= kChainTicks;
  const auto gap = max_tick_distance_ms(parts.options.interval.count());
  if (chain_is_long || !is_adjacent(parts.last_time_ms, time_ms, gap)) parts.encoder.restart();
  const std::string_view payload = parts.encoder.encode(parts.tick);
  auto done = fenced("cannot write history", [&]() -> Result<void> {
    SQLite::Transaction transaction(*parts.database, SQLite::TransactionBehavior::IMMEDIATE);
    parts.write(time_ms, payload, changed_state);
    transaction.commit();
    return {};
  });
  if (!done) {
    parts.keep_for_next(changed_state);
    parts.encoder.restart();
    if (done.error().kind == Errc::Limit) forget_oldest();
    return done;
  }
  if (parts.encoder.is_key()) parts.key_tick = parts.next_tick;
  parts.encoder.accept(parts.tick);
  ++parts.next_tick;
  parts.last_time_ms = time_ms;
  parts.written = {count_samples(parts.tick), payload.size()};
  parts.index.mark_saved();
  parts.totals.mark_saved();
  parts.state.clear();
  parts.events.clear();
  forget(snapshot);
  return {};
}

void Store::forget(const metrics::Snapshot& snapshot) {
  const bool believed = parts_->clock_watch.see(snapshot.time(), snapshot.steady_time());
  std::optional<SteadyTime>& last = parts_->last_forgetting;
  if (!believed || (last && snapshot.steady_time() - *last < kForgetEvery)) return;
  last = snapshot.steady_time();
  const std::int64_t oldest_ms = epoch_ms(snapshot.time() - parts_->options.retention);
  const Result<std::size_t> forgotten =
      forget_before(*parts_->database, oldest_ms, parts_->key_tick);
  if (!forgotten) {
    log::warn("history", "{}; trying again in a minute", forgotten.error().text);
  } else if (*forgotten > 0 && !std::exchange(parts_->said_forgetting, true)) {
    const auto hours = std::chrono::duration<double, std::ratio<3600>>(parts_->options.retention);
    log::info("history",
              "what is older than {:g} h is deleted from now on (history.retention)",
              hours.count());
  }
}

// Not for a disk that is full of something else: what is within the retention stays then.
void Store::forget_oldest() {
  if (parts_->options.max_file_bytes == 0) return;
  const auto forgotten = forget_oldest_chain(*parts_->database, parts_->key_tick);
  if (!forgotten) log::warn("history", "{}", forgotten.error().text);
}

}  // namespace discern::history
