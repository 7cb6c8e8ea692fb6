#pragma once

// History on disk: one SQLite file that takes each history tick in one transaction, together with
// the lifetime totals and whatever a stage must find again after a restart.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "history/health.hpp"
#include "metrics/snapshot.hpp"

namespace discern::history {

// A value some stage keeps across restarts. History does not look inside.
struct StateRow {
  std::string area;  // Which stage's; gives each its own keys.
  std::string key;
  std::optional<std::string> value;  // Nothing deletes the row.
};

struct Options {
  // Between two history ticks; more than 2.5 of them without one are a gap.
  std::chrono::milliseconds interval{10000};
  // Ticks and annotations older than this are deleted, a few each minute, once the clock can be
  // believed (clock_watch.hpp).
  std::chrono::milliseconds retention = std::chrono::hours(24 * 7);
  // Hard limit of the database file; 0 is none. A tick that finds no room fails, and the oldest
  // ones are deleted for those that follow.
  std::uint64_t max_file_bytes = 0;
};

// The database file inside a data directory.
std::filesystem::path database_file(const std::filesystem::path& data_dir);

// One for each data directory, on all processes: it holds a lock as long as it lives. All members
// belong to one thread, the pipeline's.
class Store final {
 public:
  // Opens or creates <data_dir>/discern.db (and the directory) and notes this start of the program.
  // A file that is damaged is set aside, and a new one takes over what can be read of it: the log
  // and health() say so. On a disk that cannot be written (full, read-only) the Store begins all
  // the same, with the totals that are there; commits fail until it can.
  // Errors: Refused (the directory is in use by another Discern; the file is from a newer one or
  // not Discern's; the file system has no locks or shared memory), Unavailable (another program has
  // locked the file), Io (what is there cannot be read).
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& data_dir,
                                             const Clock& clock,
                                             const Options& options = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // True when no tick was ever written to the file that was opened: totals may then be taken from a
  // backup.
  bool is_new() const;
  // The time of the newest tick that was found at start.
  std::optional<SystemTime> newest_tick() const;
  // Starts before this one.
  std::uint64_t restart_count() const;
  // Counts on from a backup that knows of earlier starts.
  Result<void> set_restart_count(std::uint64_t earlier_starts);

  // Every lifetime total, once for each family and key, for Registry::restore: call before anything
  // counts. Where a family was of another kind once, the total holds what either needs.
  void for_each_total(
      const std::function<void(std::string_view family, std::string_view key, metrics::Total)>&
          visit) const;
  // The rows of one area, by key.
  Result<std::vector<StateRow>> state(std::string_view area) const;

  // Marks of snapshots that are not committed themselves; they go with the next commit.
  void note(std::span<const metrics::Event> events);

  // Writes one tick: all lifetime values at the snapshot's instant, its events, new series, changed
  // totals and the changed state, in one transaction that is on disk when this returns. On an error
  // nothing of it is written; totals, state and events go with the next call (of events the newest
  // 1,000), the tick itself is lost. All snapshots must come from one registry.
  // Damage that shows here, or was reported to health(), is repaired: the file is set aside, a new
  // one gets every total, and this commit fails with Corrupt. The next one has to bring all of the
  // state, not just changes.
  // Errors: Limit (disk full), Io, Unavailable, Corrupt.
  Result<void> commit(const metrics::Snapshot& snapshot, std::span<const StateRow> changed_state);

  // Runs `work`, which commits ticks that are made up: before anything real, in a new file only.
  // They reach the disk together, and no total goes on from them: those of the next start begin at
  // 0. Use the store for nothing else afterwards.
  Result<void> make_up(const std::function<Result<void>()>& work);
  // What is wrong with the stored data. Readers of the same file report to it.
  const std::shared_ptr<Health>& health() const;

  // What the last successful commit wrote.
  struct Written {
    std::size_t samples = 0;  // One for each counter and gauge, one for each bucket.
    std::size_t payload_bytes = 0;
  };
  Written last_written() const;

  // On disk, the write-ahead log included.
  std::uint64_t size_bytes() const;

 private:
  struct Parts;
  explicit Store(std::unique_ptr<Parts> parts);
  void forget(const metrics::Snapshot& snapshot);
  void forget_oldest();

  std::unique_ptr<Parts> parts_;
};

}  // namespace discern::history
