// Opening a Store: locking, setting a damaged file aside, reading what is there.

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/files.hpp"
#include "base/log.hpp"
#include "history/schema.hpp"
#include "history/store_parts.hpp"

namespace discern::history {
namespace {

// Bounds how long a foreign reader or a backup tool may hold up the pipeline.
constexpr int kBusyMs = 1000;
// A large file is checked at start only as far as this allows.
constexpr std::chrono::milliseconds kCheckTime{2000};

// Sessions are in it: for the owner's eyes only. The -wal and -shm files take over this mode.
Result<void> ensure_file(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return system_error("cannot open " + file.string(), errno);
  ::close(fd);
  return {};
}

Result<void> check_pages(SQLite::Database& database) {
  auto checked = fenced("cannot check it", [&]() -> Result<void> {
    const Deadline deadline(database, kCheckTime);
    const std::string found = database.execAndGet("PRAGMA quick_check(1)").getString();
    if (found != "ok") return Error(Errc::Corrupt, "it is damaged: " + found);
    return {};
  });
  if (!checked && checked.error().kind == Errc::Timeout) return {};
  return checked;
}

// The write-ahead log first: left beside a new database it would be played into it.
Result<std::filesystem::path> set_database_aside(const std::filesystem::path& file) {
  for (const char* suffix : {"-wal", "-shm"}) {
    const std::filesystem::path part = file.string() + suffix;
    std::error_code ec;
    if (!std::filesystem::exists(part, ec)) continue;
    if (auto moved = set_aside(part); !moved) return std::move(moved).error();
  }
  return set_aside(file);
}

}  // namespace

std::filesystem::path database_file(const std::filesystem::path& data_dir) {
  return data_dir / "discern.db";
}

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& data_dir,
                                           const Clock& clock,
                                           const Options& options) {
  std::error_code ec;
  std::filesystem::create_directories(data_dir, ec);
  if (ec) return Error(Errc::Io, "cannot create " + data_dir.string() + ": " + ec.message());
  Result<LockFile> lock = LockFile::acquire(data_dir / "discern.lock");
  if (!lock) return std::move(lock).error();
  auto parts = std::make_unique<Parts>(*std::move(lock), database_file(data_dir), options);
  if (auto opened = parts->open(); !opened) return std::move(opened).error();
  const SystemTime now = clock.system_now();
  if (parts->newest_stored_ms && *parts->newest_stored_ms < epoch_ms(now - options.retention)) {
    parts->clock_watch.doubt();
  }
  if (auto begun = parts->begin_boot(now); !begun) {
    return wrap("cannot use " + parts->file.string(), std::move(begun).error());
  }
  return std::unique_ptr<Store>(new Store(std::move(parts)));
}

Result<void> Store::Parts::open() {
  auto opened = open_file();
  if (opened) return {};
  const std::string doing = "cannot open " + file.string();
  if (opened.error().kind != Errc::Corrupt) return wrap(doing, std::move(opened).error());
  const Result<std::filesystem::path> aside = set_database_aside(file);
  if (!aside) return aside.error();
  log::error("history",
             "{} cannot be read ({}); it was moved to {} and a new one is begun",
             file.string(),
             opened.error().text,
             aside->string());
  opened = open_file();
  return opened ? Result<void>() : wrap(doing, std::move(opened).error());
}

Result<void> Store::Parts::open_file() {
  if (auto made = ensure_file(file); !made) return made;
  auto opened = fenced("SQLite", [&]() -> Result<void> {
    database = std::make_unique<SQLite::Database>(
        file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, kBusyMs);
    if (auto migrated = migrate(*database); !migrated) return migrated;
    if (options.max_file_bytes > 0) {
      const auto page = database->execAndGet("PRAGMA page_size").getInt64();
      const auto pages = static_cast<std::int64_t>(options.max_file_bytes) / page;
      database->exec(fmt::format("PRAGMA max_page_count = {}", std::max<std::int64_t>(pages, 1)));
    }
    if (auto checked = check_pages(*database); !checked) return checked;
    statements.emplace(*database);
    return read_all();
  });
  if (!opened) close();
  return opened;
}

void Store::Parts::close() {
  statements.reset();
  database.reset();
  index = {};
  totals = {};
  next_tick = 1;
  newest_stored_ms.reset();
}

Result<void> Store::Parts::read_all() {
  SQLite::Statement families(*database, "SELECT id, name, kind, unit, step, labels FROM family");
  for (Use row(families); row.next();) {
    index.load_family({row.integer_at(0),
                       row.text_at(1),
                       row.text_at(2),
                       row.text_at(3),
                       row.real_at(4),
                       row.text_at(5)});
  }
  SQLite::Statement series(*database, "SELECT id, family, key, first_tick FROM series");
  for (Use row(series); row.next();) {
    const std::int64_t id = row.integer_at(0);
    if (id < 1 || id >= UINT32_MAX) return Error(Errc::Corrupt, "it holds an impossible series");
    index.load_series({static_cast<std::uint32_t>(id),
                       row.integer_at(1),
                       std::string(row.blob_at(2)),
                       row.integer_at(3)});
    next_tick = std::max(next_tick, row.integer_at(3) + 1);
  }
  SQLite::Statement blocks(*database, "SELECT block, payload FROM total");
  for (Use row(blocks); row.next();) {
    const std::int64_t block = row.integer_at(0);
    if (block < 0 || block > index.highest_id() / kTotalsPerBlock) {
      return Error(Errc::Corrupt, "it holds totals of no series");
    }
    auto loaded = totals.load_block(static_cast<std::uint32_t>(block), row.blob_at(1));
    if (!loaded) return loaded;
  }
  SQLite::Statement sketches(*database, "SELECT series, payload FROM sketch");
  for (Use row(sketches); row.next();) {
    const auto id = static_cast<std::uint32_t>(row.integer_at(0));
    if (auto loaded = totals.load_sketch(id, row.blob_at(1)); !loaded) return loaded;
  }
  SQLite::Statement last(*database, "SELECT id, time_ms FROM tick ORDER BY id DESC LIMIT 1");
  Use row(last);
  if (row.next()) {
    next_tick = std::max(next_tick, row.integer_at(0) + 1);
    newest_stored_ms = row.integer_at(1);
  }
  is_new = next_tick == 1;
  return {};
}

Result<void> Store::Parts::begin_boot(SystemTime now) {
  return fenced("cannot note the start", [&]() -> Result<void> {
    {
      SQLite::Statement last(*database, "SELECT max(id), max(restart_count) FROM boot");
      Use row(last);
      row.next();
      boot = row.null_at(0) ? 1 : row.integer_at(0) + 1;
      restarts = row.null_at(0) ? 0 : static_cast<std::uint64_t>(row.integer_at(1)) + 1;
    }
    SQLite::Statement insert(*database, "INSERT INTO boot VALUES (?, ?, ?, ?)");
    Use(insert)
        .integer(boot)
        .integer(static_cast<std::int64_t>(restarts))
        .integer(epoch_ms(now))
        .integer(options.interval.count())
        .run();
    return {};
  });
}

}  // namespace discern::history
