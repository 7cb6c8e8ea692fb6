#pragma once

// What a start finds on disk, and what each tick leaves there.

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "app/config.hpp"
#include "app/made_up_week.hpp"
#include "app/session_book.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/kept_file.hpp"
#include "discord/session.hpp"
#include "history/store.hpp"
#include "metrics/registry.hpp"

namespace discern::app {

// Whose numbers a data folder holds. Those of a demo are invented, and what was once added to a
// bot's totals could not be told apart again.
enum class DataOf { Bot, Demo };

// The data folder: history's database and the backup, metrics.json. Opened on the main thread, then
// used by the pipeline thread only.
class Storage {
 public:
  // Errors: as history::Store::open; Invalid when the folder holds the data of the other kind. A
  // folder that does not say becomes one of `kind` with the first commit.
  // `week`, of a demonstration only, is written into a folder in which nothing ever ran.
  static Result<std::unique_ptr<Storage>> open(const Config& config,
                                               const Clock& clock,
                                               DataOf kind,
                                               const std::optional<MadeUpWeek>& week = {});

  // Of a demonstration: before this instant everything in the folder is made up.
  std::optional<SystemTime> made_up_until() const { return made_up_until_; }
  // True when this start wrote what is made up, so that the folder was a new one all the same.
  bool is_new() const { return made_up_now_ || store_->is_new(); }

  // Gives the registry its lifetime totals: from the database, or from the backup if there is none
  // yet; the larger of both if the database lost its newest ticks. Call before anything counts.
  Result<void> restore_totals(metrics::Registry& registry);
  // The gateway sessions of the last run; empty when there are none, or when totals were raised.
  // Call once, after restore_totals.
  Result<discord::SavedSessions> load_sessions();

  // Marks of a tick that is not committed; they go with the next one that is.
  void note(std::span<const metrics::Event> marks) { store_->note(marks); }
  // One transaction: the tick, the marks since the last one that succeeded, and the sessions.
  Result<void> commit(const metrics::Snapshot& snapshot, const discord::SavedSessions& sessions);
  // The same, and nothing is left to resume: the next start begins new sessions.
  Result<void> commit_without_sessions(const metrics::Snapshot& snapshot);
  // Writes backup.file, indented, and creates its folder when missing.
  Result<void> write_backup(std::string_view json);

  std::uint64_t restart_count() const { return store_->restart_count(); }
  const std::filesystem::path& folder() const { return folder_; }
  const history::Store& store() const { return *store_; }
  // Shared with the readers of history, and shown by the API.
  const std::shared_ptr<history::Health>& health() const { return store_->health(); }

 private:
  Storage(const Config& config, DataOf kind, std::unique_ptr<history::Store> store);
  static Result<bool> make_up(const Config& config, const Clock& clock, const MadeUpWeek& week);
  Result<void> check_kind(DataOf kind);
  Result<void> restore_from_backup(metrics::Registry& registry);
  using Totals = std::map<std::pair<std::string, std::string>, metrics::Total>;
  bool is_behind_backup() const;
  void raise_to_backup(Totals& totals);
  Result<void> write(const metrics::Snapshot& snapshot, std::vector<history::StateRow> rows);

  std::filesystem::path folder_;
  std::chrono::milliseconds tick_;
  std::unique_ptr<history::Store> store_;
  KeptFile backup_;
  // Written with every commit: the database may be a new one.
  history::StateRow mark_;
  std::optional<SystemTime> made_up_until_;
  bool made_up_now_ = false;
  bool begins_new_sessions_ = false;
  SessionBook sessions_;
  metrics::Gauge size_;
  metrics::Counter samples_;
  metrics::Counter damaged_ticks_;
  metrics::Counter repairs_;
  std::uint64_t counted_ticks_ = 0;
  std::uint64_t counted_repairs_ = 0;
};

}  // namespace discern::app
