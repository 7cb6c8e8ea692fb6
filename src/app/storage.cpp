#include "app/storage.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <charconv>
#include <utility>

#include "base/log.hpp"
#include "export/metrics_file.hpp"
#include "history/reader.hpp"
#include "metrics/catalogue.hpp"

namespace discern::app {
namespace {

constexpr const char* kHostArea = "host";
constexpr const char* kKindKey = "data_of";
constexpr const char* kMadeUpKey = "made_up_until_ms";
constexpr std::size_t kMostBackupBytes = 64 * 1024 * 1024;

const char* text_of(DataOf kind) {
  return kind == DataOf::Demo ? "demo" : "bot";
}

Error mixed(DataOf kind, const std::filesystem::path& folder) {
  return Error(Errc::Invalid,
               kind == DataOf::Bot
                   ? fmt::format("{} holds the data of a demo, and a bot's would be mixed with its "
                                 "invented numbers; name another folder with --data, or delete "
                                 "this one",
                                 folder.string())
                   : fmt::format("{} holds the data of your bot, and a demo would add invented "
                                 "numbers to it; name another folder with --data",
                                 folder.string()));
}

// True if that cannot be told, too.
bool holds_history(const std::filesystem::path& file) {
  std::error_code ec;
  const auto size = std::filesystem::file_size(file, ec);
  if (ec || size == 0) return false;
  auto reader = history::make_reader(file);
  if (!reader) return true;
  const auto series = (*reader)->series();
  return !series || !series->empty();
}

}  // namespace

Storage::Storage(const Config& config, DataOf kind, std::unique_ptr<history::Store> store)
    : folder_(config.data_dir),
      tick_(config.history.tick),
      store_(std::move(store)),
      // A relative path is one in the data folder.
      backup_(folder_ / config.backup.file,
              kMostBackupBytes,
              "without a database its totals would be missing"),
      mark_{kHostArea, kKindKey, text_of(kind)} {}

Result<std::unique_ptr<Storage>> Storage::open(const Config& config,
                                               const Clock& clock,
                                               DataOf kind,
                                               const std::optional<MadeUpWeek>& week) {
  bool made_up_now = false;
  if (kind == DataOf::Demo && week && week->span.count() > 0) {
    auto made = make_up(config, clock, *week);
    if (!made) return std::move(made).error();
    made_up_now = *made;
  }
  auto store = history::Store::open(
      config.data_dir,
      clock,
      {.interval = config.history.tick, .retention = config.history.retention});
  if (!store) return std::move(store).error();
  std::unique_ptr<Storage> storage(new Storage(config, kind, *std::move(store)));
  storage->made_up_now_ = made_up_now;
  if (auto checked = storage->check_kind(kind); !checked) return std::move(checked).error();
  return storage;
}

// Returns whether anything was made up. A folder with a backup held a bot's numbers once.
Result<bool> Storage::make_up(const Config& config, const Clock& clock, const MadeUpWeek& week) {
  std::error_code ec;
  if (std::filesystem::exists(config.data_dir / config.backup.file, ec)) return false;
  // Opening a Store counts as a start of the program, so look without one.
  if (holds_history(history::database_file(config.data_dir))) return false;
  auto store = history::Store::open(
      config.data_dir,
      clock,
      {.interval = std::chrono::minutes(10), .retention = config.history.retention});
  if (!store) return std::move(store).error();
  if (!(*store)->is_new()) return false;
  const SystemTime end = clock.system_now();
  MadeUpWeek kept = week;
  kept.span = std::min(week.span, std::chrono::floor<std::chrono::hours>(config.history.retention));
  const history::StateRow marks[] = {
      {kHostArea, kKindKey, text_of(DataOf::Demo)},
      {kHostArea, kMadeUpKey, std::to_string(epoch_ms(end))},
  };
  auto written = write_made_up_week(**store, end, kept, marks);
  if (!written) log::warn("storage", "there is no made-up history: {}", written.error().text);
  return written.ok();
}

Result<void> Storage::check_kind(DataOf kind) {
  auto rows = store_->state(kHostArea);
  if (!rows) return std::move(rows).error();
  for (const history::StateRow& row : *rows) {
    std::int64_t ms = 0;
    if (row.key != kMadeUpKey || !row.value) continue;
    const char* end = row.value->data() + row.value->size();
    if (std::from_chars(row.value->data(), end, ms).ptr == end) made_up_until_ = from_epoch_ms(ms);
  }
  for (const history::StateRow& row : *rows) {
    if (row.key != kKindKey) continue;
    return row.value == text_of(kind) ? Result<void>() : mixed(kind, folder_);
  }
  return {};
}

Result<void> Storage::restore_totals(metrics::Registry& registry) {
  if (store_->is_new()) {
    if (auto restored = restore_from_backup(registry); !restored) return restored;
  }
  Totals totals;
  store_->for_each_total([&](std::string_view family, std::string_view key, metrics::Total total) {
    totals[{std::string(family), std::string(key)}] = std::move(total);
  });
  if (!store_->is_new() && is_behind_backup()) raise_to_backup(totals);
  for (auto& [name, total] : totals) registry.restore(name.first, name.second, std::move(total));
  registry.gauge(metrics::catalogue::kRestarts).set(static_cast<double>(store_->restart_count()));
  size_ = registry.gauge(metrics::catalogue::kHistoryBytes);
  samples_ = registry.counter(metrics::catalogue::kHistorySamples);
  damaged_ticks_ = registry.counter(metrics::catalogue::kHistoryDamagedTicks);
  repairs_ = registry.counter(metrics::catalogue::kHistoryRepairs);
  return {};
}

// A database whose newest ticks are gone: SQLite passes over a damaged write-ahead log without a
// word. The backup is newer by the time between two ticks even if all is well; then the sessions go
// with the totals, and a resume brings what is between.
bool Storage::is_behind_backup() const {
  const std::optional<SystemTime> newest = store_->newest_tick();
  struct stat about {};
  if (::stat(backup_.path().c_str(), &about) != 0) return false;
  if (!newest || store_->health()->repairs() > 0) return true;
  const auto written = SystemTime(std::chrono::seconds(about.st_mtim.tv_sec));
  return written - *newest > tick_ * 5 / 2;
}

// Takes the larger of each total. What the file sums up is compared with the sum.
void Storage::raise_to_backup(Totals& totals) {
  const std::optional<std::string> text = backup_.read();
  if (!text) return;
  auto backup = exporter::parse_seed_json(*text);
  if (!backup) return backup_.reject(backup.error().text);
  std::size_t raised = 0;
  for (const exporter::RestoredTotal& one : backup->totals) {
    const bool is_sum = one.family == metrics::catalogue::kGatewayEvents.name ||
                        one.family == metrics::catalogue::kPluginErrors.name;
    const std::size_t separator = one.key.rfind(metrics::kKeySeparator);
    const std::string group = one.key.substr(0, separator == one.key.npos ? 0 : separator + 1);
    std::uint64_t known = 0;
    for (const auto& [name, total] : totals) {
      if (name.first != one.family) continue;
      if (is_sum ? name.second.starts_with(group) : name.second == one.key) known += total.steps;
    }
    if (known >= one.total.steps) continue;
    totals[{one.family, one.key}].steps += one.total.steps - known;
    ++raised;
  }
  if (raised == 0) return;
  // Events that a resume repeats are in the raised totals already.
  begins_new_sessions_ = true;
  log::warn("storage",
            "the database lacks its newest ticks: {} totals were raised to those of {}, and the "
            "gateway begins new sessions",
            raised,
            backup_.path().string());
}

Result<void> Storage::restore_from_backup(metrics::Registry& registry) {
  const std::optional<std::string> text = backup_.read();
  if (!text) return {};
  auto backup = exporter::parse_seed_json(*text);
  if (!backup) {
    // Totals begin anew, which is better than not to start.
    backup_.reject(backup.error().text);
    return {};
  }
  for (exporter::RestoredTotal& one : backup->totals) {
    registry.restore(one.family, one.key, std::move(one.total));
  }
  log::info("storage",
            "no database: {} totals taken from {}",
            backup->totals.size(),
            backup_.path().string());
  return store_->set_restart_count(backup->restart_count + 1);
}

Result<discord::SavedSessions> Storage::load_sessions() {
  auto session = store_->state(kSessionArea);
  if (!session) return std::move(session).error();
  auto shards = store_->state(kShardArea);
  if (!shards) return std::move(shards).error();
  auto guilds = store_->state(kGuildArea);
  if (!guilds) return std::move(guilds).error();
  discord::SavedSessions saved = sessions_.load(*session, *shards, *guilds);
  if (begins_new_sessions_) saved.shards.clear();
  return saved;
}

Result<void> Storage::commit(const metrics::Snapshot& snapshot,
                             const discord::SavedSessions& sessions) {
  return write(snapshot, sessions_.changes(sessions));
}

Result<void> Storage::commit_without_sessions(const metrics::Snapshot& snapshot) {
  return write(snapshot, sessions_.forget_shards());
}

Result<void> Storage::write(const metrics::Snapshot& snapshot,
                            std::vector<history::StateRow> rows) {
  rows.push_back(mark_);
  auto written = store_->commit(snapshot, rows);
  const history::Health& health = *store_->health();
  const std::uint64_t ticks = health.damaged_ticks();
  const std::uint64_t repairs = health.repairs();
  damaged_ticks_.add(ticks - std::exchange(counted_ticks_, ticks));
  repairs_.add(repairs - std::exchange(counted_repairs_, repairs));
  size_.set(static_cast<double>(store_->size_bytes()));
  if (written) samples_.add(store_->last_written().samples);
  return written;
}

Result<void> Storage::write_backup(std::string_view json) {
  const std::filesystem::path folder = backup_.path().parent_path();
  std::error_code ec;
  // The data folder itself, if somebody removed it, is not for the backup to create.
  if (folder != folder_ && !std::filesystem::exists(folder, ec)) {
    if (auto made = ensure_private_folder(folder); !made) return made;
  }
  return backup_.write(exporter::indent_json(json));
}

}  // namespace discern::app
