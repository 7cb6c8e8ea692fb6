// Opening a Store: locking, reading what is there, and starting without a disk to write to.

#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/kept_file.hpp"
#include "base/log.hpp"
#include "history/disk.hpp"
#include "history/passive_database.hpp"
#include "history/schema.hpp"
#include "history/store_parts.hpp"

namespace discern::history {
namespace {

// Bounds how long a foreign reader or a backup tool may hold up the pipeline.
constexpr int kBusyMs = 1000;
// A large file is checked at start only as far as this allows.
constexpr std::chrono::milliseconds kCheckTime{2000};

// The names and totals first, which matter most; they are small.
constexpr const char* kChecks[] = {"PRAGMA integrity_check('family')",
                                   "PRAGMA integrity_check('series')",
                                   "PRAGMA integrity_check('total')",
                                   "PRAGMA integrity_check('sketch')",
                                   "PRAGMA integrity_check('boot')",
                                   "PRAGMA integrity_check('state')",
                                   "PRAGMA integrity_check(1)"};

// Sessions are in it: for the owner's eyes only. The -wal and -shm files take over this mode.
Result<void> ensure_file(const std::filesystem::path& file) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (auto plain = check_regular_or_absent(file.string() + suffix); !plain) return plain;
  }
  const int fd =
      ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (fd < 0 && errno != EEXIST) return system_error("cannot create " + file.string(), errno);
  // A file that exists is not opened here: closing it would drop SQLite's locks of this process.
  if (fd >= 0) ::close(fd);
  if (fd < 0) ::chmod(file.c_str(), 0600);
  return {};
}

// SQLite opens what it may not write for reading, and so it does if the header names a format that
// does not exist yet: a damaged one.
Result<void> check_writable(SQLite::Database& database, const std::filesystem::path& file) {
  if (sqlite3_db_readonly(database.getHandle(), "main") == 0) return {};
  if (::access(file.c_str(), W_OK) == 0) return Error(Errc::Corrupt, "its header is damaged");
  return system_error("cannot write " + file.string(), errno);
}

Result<void> check_pages(SQLite::Database& database) {
  auto checked = fenced("cannot check it", [&]() -> Result<void> {
    const Deadline deadline(database, kCheckTime);
    for (const char* check : kChecks) {
      const std::string found = database.execAndGet(check).getString();
      if (found != "ok") return Error(Errc::Corrupt, "it is damaged: " + found);
    }
    return {};
  });
  if (!checked && checked.error().kind == Errc::Timeout) return {};
  return checked;
}

// Whether the totals of a start may be taken as they are, and written later.
bool may_start_without(Errc kind) {
  return kind == Errc::Io || kind == Errc::Limit;
}

}  // namespace

std::filesystem::path database_file(const std::filesystem::path& data_dir) {
  return data_dir / "discern.db";
}

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& data_dir,
                                           const Clock& clock,
                                           const Options& options) {
  if (auto made = ensure_data_folder(data_dir); !made) return std::move(made).error();
  Result<FolderLock> lock = FolderLock::acquire(data_dir);
  if (!lock) return std::move(lock).error();
  tidy_data_folder(data_dir);
  auto parts = std::make_unique<Parts>(*std::move(lock), database_file(data_dir), options);
  const SystemTime now = clock.system_now();
  if (auto opened = parts->open(now); !opened) return std::move(opened).error();
  if (parts->newest_stored_ms && *parts->newest_stored_ms < epoch_ms(now - options.retention)) {
    parts->clock_watch.doubt();
  }
  return std::unique_ptr<Store>(new Store(std::move(parts)));
}

Result<void> Store::Parts::open(SystemTime wall) {
  finish_repair();
  const std::string_view network = find_network_file_system(folder);
  if (!network.empty()) {
    health->set(Health::Topic::Place,
                fmt::format("{} is on {}; {}", folder.string(), network, kLocalDisk));
    log::warn("history", "{} is on {}; {}", folder.string(), network, kLocalDisk);
  }
  const std::string doing = "cannot open " + file.string();
  auto opened = connect();
  if (opened) {
    Result<Contents> contents =
        fenced("cannot read it", [&]() -> Result<Contents> { return load_contents(*database); });
    if (contents) {
      const bool has_foreign_totals = contents->ends_made_up() && !contents->totals.empty();
      adopt(*std::move(contents));
      if (has_foreign_totals) opened = forget_totals();
      if (opened) opened = begin_boot(wall);
    } else {
      opened = std::move(contents).error();
    }
  }
  if (!opened && opened.error().kind == Errc::Corrupt) {
    disconnect();
    const std::string reason = opened.error().text;
    opened = repair(reason, When::Start);
    if (opened) opened = begin_boot(wall);
  }
  if (opened) {
    stored_state.clear();
    return {};
  }
  disconnect();
  if (!may_start_without(opened.error().kind))
    return wrap(doing, explain(std::move(opened).error()));
  if (auto read = read_without_writing(); !read)
    return wrap(doing, explain(std::move(read).error()));
  if (auto begun = begin_boot(wall); !begun) return begun;
  const Error problem = wrap(doing, explain(std::move(opened).error()));
  log::error("history",
             "{}; starting all the same with the totals that are there: nothing is stored until "
             "this is fixed, and then nothing is lost",
             problem.text);
  health->set(Health::Topic::Writing, problem.text);
  return {};
}

Result<void> Store::Parts::connect() {
  if (auto made = ensure_file(file); !made) return made;
  auto opened = fenced("SQLite", [&]() -> Result<void> {
    // The folder may be reached by a link, as systemd's is; the file itself may not be one.
    const auto resolved = std::filesystem::weakly_canonical(folder) / file.filename();
    database = std::make_unique<SQLite::Database>(
        resolved.string(),
        SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX | SQLite::OPEN_NOFOLLOW,
        kBusyMs);
    auto migrated = migrate(*database);
    if (!migrated && migrated.error().kind != Errc::Io) return migrated;
    if (auto writable = check_writable(*database, resolved); !writable) return writable;
    if (!migrated) return migrated;
    if (options.max_file_bytes > 0) {
      const auto page = database->execAndGet("PRAGMA page_size").getInt64();
      const auto pages = static_cast<std::int64_t>(options.max_file_bytes) / page;
      database->exec(fmt::format("PRAGMA max_page_count = {}", std::max<std::int64_t>(pages, 1)));
    }
    if (auto checked = check_pages(*database); !checked) return checked;
    statements.emplace(*database);
    return {};
  });
  if (!opened) {
    disconnect();
    return opened;
  }
  struct stat about {};
  if (::stat(file.c_str(), &about) == 0) identity = {about.st_dev, about.st_ino};
  return {};
}

Result<void> Store::Parts::forget_totals() {
  return fenced("cannot delete made-up totals", [&]() -> Result<void> {
    database->exec("DELETE FROM total; DELETE FROM sketch");
    return {};
  });
}

void Store::Parts::disconnect() {
  statements.reset();
  database.reset();
}

void Store::Parts::adopt(Contents contents) {
  // Left by a made-up week that was interrupted.
  if (contents.ends_made_up()) contents.totals = {};
  index = std::move(contents.index);
  totals = std::move(contents.totals);
  boots = std::move(contents.boots);
  stored_state = std::move(contents.state);
  next_tick = contents.next_tick;
  newest_stored_ms = contents.newest_tick_ms;
  is_new = next_tick == 1 || (repaired && totals.empty());
}

Result<void> Store::Parts::begin_boot(SystemTime wall) {
  boot = {};
  std::int64_t starts = 0;
  for (const BootRow& row : boots) {
    boot.id = std::max(boot.id, row.id);
    starts = std::max(starts, row.restart_count + 1);
  }
  ++boot.id;
  boot.restart_count = starts;
  boot.started_ms = epoch_ms(wall);
  boot.interval_ms = options.interval.count();
  if (!database) return {};
  return fenced("cannot note the start", [&]() -> Result<void> {
    statements->write_boot(boot);
    return {};
  });
}

Result<void> Store::Parts::read_without_writing() {
  std::error_code ec;
  const auto size = std::filesystem::file_size(file, ec);
  if (ec || size == 0) {
    is_new = true;
    return {};
  }
  Result<PassiveDatabase> passive = PassiveDatabase::open(file);
  if (!passive) return std::move(passive).error();
  if (auto version = fenced("cannot read it", [&] { return read_version(passive->database()); });
      !version && version.error().kind == Errc::Refused) {
    return std::move(version).error();
  }
  adopt(salvage_contents(passive->database()));
  return {};
}

// What was loaded, or counted since, goes into the file as a whole: it may be a new one.
Result<void> Store::Parts::write_everything() {
  return fenced("cannot write history", [&]() -> Result<void> {
    index.mark_all_new();
    totals.mark_all_changed();
    SQLite::Transaction transaction(*database, SQLite::TransactionBehavior::IMMEDIATE);
    for (const BootRow& row : boots) statements->write_boot(row);
    if (boot.id > 0) statements->write_boot(boot);
    statements->write_names(index);
    statements->write_totals(totals);
    for (const auto& [name, value] : stored_state) {
      statements->write_state(name.first, name.second, value);
    }
    transaction.commit();
    index.mark_saved();
    totals.mark_saved();
    stored_state.clear();
    return {};
  });
}

Result<void> Store::Parts::go_online() {
  auto done = connect();
  if (done) done = write_everything();
  if (done) {
    encoder.restart();
    return done;
  }
  const bool is_damaged = done.error().kind == Errc::Corrupt;
  disconnect();
  return is_damaged ? repair(done.error().text, When::Running) : done;
}

Error Store::Parts::explain(Error error) const {
  const bool of_system = error.kind == Errc::Io || error.kind == Errc::Limit;
  if (of_system) {
    if (auto problem = find_write_problem(folder)) error.text.append("; ").append(*problem);
  }
  const std::string_view network = find_network_file_system(folder);
  if (!network.empty() && (of_system || error.kind == Errc::Unavailable)) {
    error.text.append(fmt::format("; {} is on {}: {}", folder.string(), network, kLocalDisk));
  }
  return error;
}

}  // namespace discern::history
