#pragma once

// What a start finds on disk, and what each tick leaves there.

#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "app/config.hpp"
#include "app/session_book.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "discord/session.hpp"
#include "history/store.hpp"
#include "metrics/registry.hpp"

namespace discern::app {

// Whose numbers a data folder holds. Those of a demo are invented, and what was once added to a
// bot's totals could not be told apart again.
enum class DataOf { Bot, Demo };

// The data folder: history's database and metrics.json. Opened on the main thread, then used by the
// pipeline thread only.
class Storage {
 public:
  // Errors: as history::Store::open; Invalid when the folder holds the data of the other kind. A
  // folder that does not say becomes one of `kind` with the first commit.
  static Result<std::unique_ptr<Storage>> open(const Config& config,
                                               const Clock& clock,
                                               DataOf kind);

  // Gives the registry its lifetime totals: from the database, or from metrics.json when there is
  // none yet. Call before anything counts.
  Result<void> restore_totals(metrics::Registry& registry);
  // The gateway sessions of the last run; empty when there are none. Call once.
  Result<discord::SavedSessions> load_sessions();

  // Marks of a tick that is not committed; they go with the next one that is.
  void note(std::span<const metrics::Event> marks) { store_->note(marks); }
  // One transaction: the tick, the marks since the last one that succeeded, and the sessions.
  Result<void> commit(const metrics::Snapshot& snapshot, const discord::SavedSessions& sessions);
  // The same, and nothing is left to resume: the next start begins new sessions.
  Result<void> commit_without_sessions(const metrics::Snapshot& snapshot);
  // Writes metrics.json.
  Result<void> write_backup(std::string_view json) const;

  std::uint64_t restart_count() const { return store_->restart_count(); }
  const std::filesystem::path& folder() const { return folder_; }
  const history::Store& store() const { return *store_; }

 private:
  Storage(std::filesystem::path folder, std::unique_ptr<history::Store> store)
      : folder_(std::move(folder)), store_(std::move(store)) {}
  Result<void> check_kind(DataOf kind);
  Result<void> restore_from_backup(metrics::Registry& registry);
  Result<void> write(const metrics::Snapshot& snapshot, std::vector<history::StateRow> rows);

  std::filesystem::path folder_;
  std::unique_ptr<history::Store> store_;
  // To be written with the next commit.
  std::optional<history::StateRow> mark_;
  SessionBook sessions_;
  metrics::Gauge size_;
  metrics::Counter samples_;
};

}  // namespace discern::app
