#include "app/storage.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/files.hpp"
#include "base/log.hpp"
#include "export/metrics_file.hpp"
#include "metrics/catalogue.hpp"

namespace discern::app {
namespace {

constexpr const char* kHostArea = "host";
constexpr const char* kKindKey = "data_of";

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

}  // namespace

Result<std::unique_ptr<Storage>> Storage::open(const Config& config,
                                               const Clock& clock,
                                               DataOf kind) {
  auto store = history::Store::open(
      config.data_dir,
      clock,
      {.interval = config.history.tick, .retention = config.history.retention});
  if (!store) return std::move(store).error();
  std::unique_ptr<Storage> storage(new Storage(config.data_dir, *std::move(store)));
  if (auto checked = storage->check_kind(kind); !checked) return std::move(checked).error();
  return storage;
}

Result<void> Storage::check_kind(DataOf kind) {
  auto rows = store_->state(kHostArea);
  if (!rows) return std::move(rows).error();
  for (const history::StateRow& row : *rows) {
    if (row.key != kKindKey) continue;
    return row.value == text_of(kind) ? Result<void>() : mixed(kind, folder_);
  }
  mark_ = history::StateRow{kHostArea, kKindKey, text_of(kind)};
  return {};
}

Result<void> Storage::restore_totals(metrics::Registry& registry) {
  if (store_->is_new()) {
    if (auto restored = restore_from_backup(registry); !restored) return restored;
  }
  store_->for_each_total([&](std::string_view family, std::string_view key, metrics::Total total) {
    registry.restore(family, key, std::move(total));
  });
  registry.gauge(metrics::catalogue::kRestarts).set(static_cast<double>(store_->restart_count()));
  size_ = registry.gauge(metrics::catalogue::kHistoryBytes);
  samples_ = registry.counter(metrics::catalogue::kHistorySamples);
  return {};
}

Result<void> Storage::restore_from_backup(metrics::Registry& registry) {
  auto backup = exporter::read_metrics_file(folder_ / "metrics.json");
  if (!backup) {
    if (backup.error().kind == Errc::NotFound) return {};
    // A damaged backup was set aside; totals begin anew, which is better than not to start.
    log::warn("storage", "{}", backup.error().text);
    return {};
  }
  for (exporter::RestoredTotal& one : backup->totals) {
    registry.restore(one.family, one.key, std::move(one.total));
  }
  log::info("storage",
            "no database: {} totals taken from {}",
            backup->totals.size(),
            (folder_ / "metrics.json").string());
  return store_->set_restart_count(backup->restart_count + 1);
}

Result<discord::SavedSessions> Storage::load_sessions() {
  auto session = store_->state(kSessionArea);
  if (!session) return std::move(session).error();
  auto shards = store_->state(kShardArea);
  if (!shards) return std::move(shards).error();
  auto guilds = store_->state(kGuildArea);
  if (!guilds) return std::move(guilds).error();
  return sessions_.load(*session, *shards, *guilds);
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
  // What a commit that failed brought goes with the next one.
  if (mark_) rows.push_back(*std::exchange(mark_, std::nullopt));
  auto written = store_->commit(snapshot, rows);
  size_.set(static_cast<double>(store_->size_bytes()));
  if (written) samples_.add(store_->last_written().samples);
  return written;
}

Result<void> Storage::write_backup(std::string_view json) const {
  return write_file_atomically(folder_ / "metrics.json", json);
}

}  // namespace discern::app
