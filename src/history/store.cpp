#include "history/store.hpp"

#include <fmt/core.h>

#include <bit>

#include "base/log.hpp"
#include "history/gap.hpp"
#include "history/retention.hpp"
#include "history/schema.hpp"
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

// A name or a number that is there twice is damage: only the row itself may be replaced.
Statements::Statements(SQLite::Database& database)
    : boot(database, "REPLACE INTO boot VALUES (?, ?, ?, ?, ?)"),
      family(database,
             "INSERT INTO family VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
             "name = excluded.name, kind = excluded.kind, unit = excluded.unit, "
             "step = excluded.step, labels = excluded.labels, sum = excluded.sum"),
      series(database,
             "INSERT INTO series VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
             "family = excluded.family, key = excluded.key, first_tick = excluded.first_tick, "
             "sum = excluded.sum"),
      tick(database, "INSERT INTO tick VALUES (?, ?, ?, ?, ?, ?)"),
      total(database, "REPLACE INTO total VALUES (?, ?, ?)"),
      sketch(database, "REPLACE INTO sketch VALUES (?, ?, ?)"),
      annotation(database, "INSERT INTO annotation (time_ms, kind, text) VALUES (?, ?, ?)"),
      put_state(database, "REPLACE INTO state VALUES (?, ?, ?, ?)"),
      drop_state(database, "DELETE FROM state WHERE area = ? AND key = ?") {}

void Statements::write_boot(const BootRow& row) {
  RowSum sum;
  sum.number(row.id).number(row.restart_count).number(row.started_ms).number(row.interval_ms);
  Use(boot)
      .integer(row.id)
      .integer(row.restart_count)
      .integer(row.started_ms)
      .integer(row.interval_ms)
      .integer(sum.value())
      .run();
}

void Statements::write_names(const SeriesIndex& index) {
  for (const FamilyRow& row : index.new_families()) {
    Use insert(family);
    insert.integer(row.id).text(row.name).text(row.kind).text(row.unit);
    insert.real(row.step).text(row.labels).integer(sum_of(row).value()).run();
  }
  for (const SeriesRow& row : index.new_series()) {
    Use insert(series);
    insert.integer(row.id).integer(row.family).blob(row.key).integer(row.first_tick);
    insert.integer(sum_of(row).value()).run();
  }
}

void Statements::write_totals(const TotalBook& totals) {
  std::string bytes;
  for (const std::uint32_t number : totals.changed_blocks()) {
    bytes.clear();
    totals.append_block(bytes, number);
    const std::int64_t sum = RowSum().number(number).text(bytes).value();
    Use(total).integer(number).blob(bytes).integer(sum).run();
  }
  for (const std::uint32_t id : totals.changed_sketches()) {
    bytes = totals.sketch_bytes(id);
    const std::int64_t sum = RowSum().number(id).text(bytes).value();
    Use(sketch).integer(id).blob(bytes).integer(sum).run();
  }
}

void Statements::write_state(const std::string& area,
                             const std::string& key,
                             const std::optional<std::string>& value) {
  if (value) {
    const std::int64_t sum = RowSum().text(area).text(key).text(*value).value();
    Use(put_state).text(area).text(key).blob(*value).integer(sum).run();
  } else {
    Use(drop_state).text(area).text(key).run();
  }
}

Store::Store(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Store::~Store() = default;

bool Store::is_new() const {
  return parts_->is_new;
}
std::optional<SystemTime> Store::newest_tick() const {
  if (!parts_->newest_stored_ms) return std::nullopt;
  return from_epoch_ms(*parts_->newest_stored_ms);
}
std::uint64_t Store::restart_count() const {
  return static_cast<std::uint64_t>(parts_->boot.restart_count);
}
Store::Written Store::last_written() const {
  return parts_->written;
}
std::uint64_t Store::size_bytes() const {
  return size_on_disk(parts_->file);
}

Result<void> Store::set_restart_count(std::uint64_t earlier_starts) {
  const auto earlier = static_cast<std::int64_t>(earlier_starts);
  parts_->boot.restart_count = std::max(parts_->boot.restart_count, earlier);
  if (!parts_->database) return {};  // Written with the first tick that finds room.
  return fenced("cannot note the restart count", [&]() -> Result<void> {
    parts_->statements->write_boot(parts_->boot);
    return {};
  });
}

const std::shared_ptr<Health>& Store::health() const {
  return parts_->health;
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
  if (!parts_->database) {
    std::vector<StateRow> rows;
    for (const auto& [name, value] : parts_->stored_state) {
      if (name.first == area) rows.push_back({name.first, name.second, value});
    }
    return rows;
  }
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
  const std::int64_t key = encoder.is_key() ? next_tick : key_tick;
  RowSum sum;
  sum.number(next_tick).number(time_ms).number(boot.id).number(key).text(payload);
  statements->write_names(index);
  Use(statements->tick)
      .integer(next_tick)
      .integer(time_ms)
      .integer(boot.id)
      .integer(key)
      .blob(payload)
      .integer(sum.value())
      .run();
  statements->write_totals(totals);
  for (const auto& [name, value] : state) statements->write_state(name.first, name.second, value);
  for (const StateRow& row : changed) statements->write_state(row.area, row.key, row.value);
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
  parts.now = snapshot.steady_time();
  parts.take(snapshot);
  if (auto ready = parts.make_ready(); !ready) {
    parts.keep_for_next(changed_state);
    parts.encoder.restart();
    return ready;
  }
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
    return parts.answer_failure(std::move(done).error());
  }
  parts.health->set(Health::Topic::Writing, {});
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

Result<void> Store::make_up(const std::function<Result<void>()>& work) {
  if (!parts_->database) return Error(Errc::Io, "the database cannot be opened");
  const auto execute = [&](const std::string& statements) {
    return fenced("cannot write made-up history", [&]() -> Result<void> {
      if (!parts_->database) return Error(Errc::Io, "the database cannot be opened");
      parts_->database->exec(statements);
      return {};
    });
  };
  if (!is_new()) return Error(Errc::Refused, "there is history already");
  parts_->boot.restart_count = kMadeUpStart;
  auto done = execute("PRAGMA synchronous = OFF");
  if (done) {
    done = fenced("cannot write made-up history", [&]() -> Result<void> {
      parts_->statements->write_boot(parts_->boot);
      return {};
    });
  }
  if (done) done = work();
  if (done) done = execute("DELETE FROM total; DELETE FROM sketch");
  auto safe = execute("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)");
  return done ? safe : done;
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
    if (forgotten.error().kind == Errc::Corrupt) parts_->health->suspect(forgotten.error().text);
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
  if (forgotten) return;
  log::warn("history", "{}", forgotten.error().text);
  if (forgotten.error().kind == Errc::Corrupt) parts_->health->suspect(forgotten.error().text);
}

}  // namespace discern::history
