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
  // A file that is damaged is set aside, with a log line that says where, and a new one begun.
  // Errors: Refused (the directory is in use by another Discern; the file is from a newer one or
  // not Discern's), Unavailable (another program has locked the file), Io, Limit (disk full).
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& data_dir,
                                             const Clock& clock,
                                             const Options& options = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // True when no tick was ever written to the file that was opened: totals may then be taken from a
  // backup.
  bool is_new() const;
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
  // Errors: Limit (disk full), Io, Unavailable, Corrupt.
  Result<void> commit(const metrics::Snapshot& snapshot, std::span<const StateRow> changed_state);

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
