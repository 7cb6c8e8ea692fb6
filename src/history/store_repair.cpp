// Damage: a new file is made of what is in memory and what can be read, the old one is set aside.

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/files.hpp"
#include "base/log.hpp"
#include "history/history_copy.hpp"
#include "history/passive_database.hpp"
#include "history/schema.hpp"
#include "history/store_parts.hpp"

namespace discern::history {
namespace {

constexpr std::chrono::milliseconds kCopyTime{10'000};
constexpr std::chrono::milliseconds kCheckTime{5000};
// Readers may complain with every query.
constexpr std::chrono::minutes kCheckEvery{1};
constexpr std::chrono::minutes kFirstPause{1};
constexpr std::chrono::minutes kLongestPause{60};

std::filesystem::path with_suffix(const std::filesystem::path& file, const char* suffix) {
  return file.string() + suffix;
}

void sync_file(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

// The -wal is kept under the name that goes with the database, so that both can still be opened.
Result<std::filesystem::path> set_database_aside(const std::filesystem::path& file) {
  Result<std::filesystem::path> aside = set_aside(file);
  if (!aside) return aside;
  std::error_code ignored;
  const auto log_size = std::filesystem::file_size(with_suffix(file, "-wal"), ignored);
  if (!ignored && log_size > 0) {
    std::filesystem::rename(with_suffix(file, "-wal"), with_suffix(*aside, "-wal"), ignored);
  }
  std::filesystem::remove(with_suffix(file, "-wal"), ignored);
  std::filesystem::remove(with_suffix(file, "-shm"), ignored);
  return aside;
}

struct Salvage {
  std::optional<PassiveDatabase> passive;
  Contents contents;
};

// As it is, or with a list of tables that is not damaged, whichever shows more.
Salvage read_what_is_left(const std::filesystem::path& file) {
  Salvage salvage;
  if (auto opened = PassiveDatabase::open(file)) {
    salvage.passive = *std::move(opened);
    salvage.contents = salvage_contents(salvage.passive->database());
    if (salvage.contents.lost_tables == 0) return salvage;
  }
  const std::size_t lost = salvage.passive ? salvage.contents.lost_tables : SIZE_MAX;
  auto opened = PassiveDatabase::open_with_new_schema(file);
  if (!opened) return salvage;
  Contents contents = salvage_contents(opened->database());
  if (contents.lost_tables >= lost) return salvage;
  salvage.contents = std::move(contents);
  salvage.passive.reset();
  salvage.passive = *std::move(opened);
  return salvage;
}

bool is_there(const std::filesystem::path& file) {
  struct stat about {};
  return ::lstat(file.c_str(), &about) == 0;
}

}  // namespace

void Store::Parts::finish_repair() {
  const auto made = with_suffix(file, ".new");
  std::error_code ignored;
  if (!is_there(made)) return;
  if (is_there(file)) {
    // It was not finished.
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(with_suffix(made, suffix), ignored);
    }
    return;
  }
  // Left beside a new database, the log of the old one would be played into it.
  if (is_there(with_suffix(file, "-wal"))) {
    if (auto aside = set_aside(with_suffix(file, "-wal")); !aside) return;
  }
  std::filesystem::remove(with_suffix(file, "-shm"), ignored);
  std::filesystem::rename(made, file, ignored);
  log::warn("history", "a repair of {} that was interrupted is finished", file.string());
}

bool Store::Parts::may_repair() {
  if (last_repair && now - *last_repair > kLongestPause) repair_pause = {};
  if (last_repair && now - *last_repair < repair_pause) return false;
  last_repair = now;
  repair_pause = std::min(std::max(repair_pause * 2, kFirstPause), kLongestPause);
  return true;
}

Result<void> Store::Parts::make_ready() {
  if (!database) {
    auto online = go_online();
    if (!online) return answer_failure(std::move(online).error());
    log::info("history", "{} is open", file.string());
    return {};
  }
  auto checked = check_suspicions();
  return checked ? checked : Result<void>(answer_failure(std::move(checked).error()));
}

Error Store::Parts::answer_failure(Error error) {
  if (error.kind == Errc::Corrupt && database) {
    const std::string reason = error.text;
    auto repaired_now = repair(reason, When::Running);
    if (repaired_now) {
      return {Errc::Corrupt, reason + "; the database was replaced, and every total is in it"};
    }
    error = std::move(repaired_now).error();
  }
  error = explain(std::move(error));
  health->set(Health::Topic::Writing, error.text);
  return error;
}

Result<void> Store::Parts::repair(const std::string& reason, When when) {
  if (when == When::Running && !may_repair()) {
    disconnect();
    return Error(
        Errc::Io,
        fmt::format("{} is damaged again ({}); it is replaced after a pause of {} minutes. "
                    "Check the disk",
                    file.string(),
                    reason,
                    repair_pause.count()));
  }
  // An open connection still has a file whose name is gone.
  std::unique_ptr<SQLite::Database> old;
  statements.reset();
  if (when == When::Running) old = std::move(database);
  database.reset();
  Salvage salvage;
  if (!old && is_there(file)) salvage = read_what_is_left(file);
  SQLite::Database* source = old               ? old.get()
                             : salvage.passive ? &salvage.passive->database()
                                               : nullptr;
  const std::size_t lost_rows = salvage.contents.lost_rows + salvage.contents.lost_tables;
  if (when == When::Start) {
    repaired = true;
    adopt(std::move(salvage.contents));
  }

  const auto made = with_suffix(file, ".new");
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(with_suffix(made, suffix), ignored);
  }
  CopiedHistory copied;
  auto built = fenced("cannot write a new database", [&]() -> Result<void> {
    const int fd = ::open(made.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return system_error("cannot create " + made.string(), errno);
    ::close(fd);
    database = std::make_unique<SQLite::Database>(made.string(),
                                                  SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX);
    if (auto migrated = migrate(*database); !migrated) return migrated;
    // It is synced as a whole before it takes the old one's name.
    database->exec("PRAGMA synchronous = OFF");
    statements.emplace(*database);
    if (auto filled = write_everything(); !filled) return filled;
    if (source != nullptr) copied = copy_history(*source, *database, next_tick, kCopyTime);
    return {};
  });
  disconnect();
  salvage.passive.reset();
  old.reset();
  if (!built) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(with_suffix(made, suffix), ignored);
    }
    return explain(wrap("it is damaged (" + reason + ") and cannot be replaced",
                        Error(built.error().kind == Errc::Corrupt ? Errc::Io : built.error().kind,
                              built.error().text)));
  }
  sync_file(made);
  std::string kept = "nothing was left of it";
  if (is_there(file)) {
    Result<std::filesystem::path> aside = set_database_aside(file);
    if (!aside) return Error(Errc::Io, aside.error().text + "; it is damaged: " + reason);
    kept = "it was kept as " + aside->string();
  } else {
    std::filesystem::remove(with_suffix(file, "-wal"), ignored);
    std::filesystem::remove(with_suffix(file, "-shm"), ignored);
  }
  std::filesystem::rename(made, file, ignored);
  if (ignored) return Error(Errc::Io, "cannot rename " + made.string() + ": " + ignored.message());
  encoder.restart();
  key_tick = 0;
  health->forget_damaged_ticks();
  health->count_repair();
  const std::string sentence = fmt::format(
      "{} was damaged ({}); {}, and a new one goes on with {} and {} ticks of history{}",
      file.string(),
      reason,
      kept,
      when == When::Running ? "every total"
      : is_new              ? "no totals"
                            : "the totals that were in it",
      copied.ticks,
      copied.complete && copied.lost == 0 && lost_rows == 0 ? ""
                                                            : "; some of it could not be read");
  log::error("history", "{}", sentence);
  health->set(Health::Topic::Repair, sentence);
  return connect();
}

Result<void> Store::Parts::check_suspicions() {
  struct stat about {};
  const bool in_place =
      ::stat(file.c_str(), &about) == 0 && std::pair(about.st_dev, about.st_ino) == identity;
  if (!in_place) {
    const bool was_moved = ::fstatat(lock.descriptor(), file.filename().c_str(), &about, 0) == 0 &&
                           std::pair(about.st_dev, about.st_ino) == identity;
    if (was_moved) {
      health->set(
          Health::Topic::Place,
          folder.string() + " was moved while Discern runs; restart it with the new folder");
      return {};
    }
    return Error(Errc::Corrupt, "it was removed or replaced while Discern runs");
  }
  if (last_check && now - *last_check < kCheckEvery) return {};
  const std::optional<std::string> suspicion = health->take_suspicion();
  if (!suspicion) return {};
  last_check = now;
  auto checked = fenced("cannot check it", [&]() -> Result<void> {
    const Deadline deadline(*database, kCheckTime);
    // Pages in memory are as they were written: what counts is what the disk returns.
    database->exec("PRAGMA shrink_memory");
    const std::string found = database->execAndGet("PRAGMA integrity_check(1)").getString();
    if (found != "ok") return Error(Errc::Corrupt, found);
    const Result<Contents> contents = load_contents(*database);
    return contents ? Result<void>() : Result<void>(contents.error());
  });
  if (!checked && checked.error().kind == Errc::Corrupt) {
    return Error(Errc::Corrupt, *suspicion);
  }
  return {};
}

}  // namespace discern::history
