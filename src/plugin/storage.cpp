#include "plugin/storage.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>

#include "base/files.hpp"
#include "base/kept_file.hpp"
#include "base/log.hpp"

namespace discern::plugin {
namespace {

namespace fs = std::filesystem;

// Two generations of a plugin may meet at the file while one of them is stuck.
constexpr int kBusyMs = 2000;
constexpr std::uint64_t kPageBytes = 4096;

Error current_error() {
  try {
    throw;
  } catch (const SQLite::Exception& error) {
    switch (error.getErrorCode() & 0xff) {
      case SQLITE_FULL:
        return {Errc::Limit,
                "the storage is full; remove something, or let the operator raise "
                "plugins.storage_megabytes"};
      case SQLITE_CORRUPT:
      case SQLITE_NOTADB:
      // Every statement is fixed text: these can come from a damaged file only.
      case SQLITE_ERROR:
      case SQLITE_CONSTRAINT:
      case SQLITE_FORMAT:
        return {Errc::Corrupt, std::string("the storage is damaged: ") + error.what()};
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        return {Errc::Unavailable, "the storage is in use by an older run of this plugin"};
      default:
        return {Errc::Io, std::string("storage: ") + error.what()};
    }
  } catch (const std::exception& error) {
    return {Errc::Internal, std::string("storage: ") + error.what()};
  }
}

void bind(SQLite::Statement& statement, int at, std::string_view bytes) {
  // A null pointer would bind NULL.
  statement.bindNoCopy(at, bytes.empty() ? "" : bytes.data(), static_cast<int>(bytes.size()));
}

std::string bytes_of(SQLite::Statement& statement, int column) {
  const SQLite::Column value = statement.getColumn(column);
  const auto* data = static_cast<const char*>(value.getBlob());
  return data == nullptr ? std::string()
                         : std::string(data, static_cast<std::size_t>(value.getBytes()));
}

Result<void> check(const PluginStorage::Change& change) {
  if (change.key.empty() || change.key.size() > PluginStorage::kMaxKeyBytes) {
    return Error(Errc::Invalid, "a storage key has 1 to 256 bytes");
  }
  if (change.value && change.value->size() > PluginStorage::kMaxValueBytes) {
    return Error(Errc::Limit,
                 "the value of \"" + std::string(change.key) + "\" is larger than 1 MiB");
  }
  return {};
}

}  // namespace

struct PluginStorage::Parts {
  explicit Parts(const fs::path& file, std::uint64_t limit_bytes)
      : database(open(file, limit_bytes)),
        select(database, "SELECT value FROM entries WHERE key = ?"),
        // The caller stops at the first key without the prefix.
        scan(database,
             "SELECT key, value FROM entries WHERE key > ?1 AND key >= ?2 ORDER BY key LIMIT ?3"),
        put(database,
            "INSERT INTO entries (key, value) VALUES (?, ?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
        remove(database, "DELETE FROM entries WHERE key = ?") {}

  static SQLite::Database open(const fs::path& file, std::uint64_t limit_bytes) {
    // The data folder may be reached by a link, as systemd's is; the file itself may not be one.
    const fs::path resolved = fs::weakly_canonical(file.parent_path()) / file.filename();
    // SQLite would create it as the umask allows.
    const int fd =
        ::open(resolved.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0) ::close(fd);
    ::chmod(resolved.c_str(), 0600);
    SQLite::Database made(resolved.string(),
                          SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOFOLLOW,
                          kBusyMs);
    made.exec("PRAGMA journal_mode = WAL");
    made.exec("PRAGMA synchronous = NORMAL");
    made.exec("PRAGMA journal_size_limit = 1048576");
    made.exec("PRAGMA cache_size = -512");
    made.exec("PRAGMA max_page_count = " + std::to_string(limit_bytes / kPageBytes));
    made.exec(
        "CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB NOT NULL) "
        "WITHOUT ROWID");
    return made;
  }

  std::mutex mutex;
  // All below are guarded by mutex.
  SQLite::Database database;
  SQLite::Statement select;
  SQLite::Statement scan;
  SQLite::Statement put;
  SQLite::Statement remove;
};

PluginStorage::PluginStorage(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
PluginStorage::~PluginStorage() = default;

Result<std::unique_ptr<PluginStorage>> PluginStorage::open(const fs::path& file,
                                                           std::uint64_t limit_bytes) {
  if (auto made = ensure_private_folder(file.parent_path()); !made) return std::move(made).error();
  for (const char* part : {"", "-wal", "-shm"}) {
    if (auto plain = check_regular_or_absent(file.string() + part); !plain) {
      return std::move(plain).error();
    }
  }
  std::error_code ignored;
  for (int attempt = 0;; ++attempt) {
    try {
      return std::unique_ptr<PluginStorage>(
          new PluginStorage(std::make_unique<Parts>(file, limit_bytes)));
    } catch (...) {
      Error error = current_error();
      if (error.kind != Errc::Corrupt || attempt > 0) return wrap(file.string(), std::move(error));
      const Result<fs::path> kept = set_aside(file);
      if (!kept) return kept.error();
      for (const char* part : {"-wal", "-shm"}) fs::remove(file.string() + part, ignored);
      log::error("plugin",
                 "{}: {}; it was kept as {} and the plugin begins with an empty one",
                 file.string(),
                 error.text,
                 kept->filename().string());
    }
  }
}

Result<std::optional<std::string>> PluginStorage::read(std::string_view key) {
  const std::lock_guard lock(parts_->mutex);
  try {
    SQLite::Statement& select = parts_->select;
    select.reset();
    bind(select, 1, key);
    std::optional<std::string> value;
    if (select.executeStep()) value = bytes_of(select, 0);
    select.reset();
    return value;
  } catch (...) {
    return current_error();
  }
}

Result<std::vector<PluginStorage::Row>> PluginStorage::list(std::string_view prefix,
                                                            std::string_view after,
                                                            std::uint32_t most) {
  const std::lock_guard lock(parts_->mutex);
  try {
    SQLite::Statement& scan = parts_->scan;
    scan.reset();
    bind(scan, 1, after);
    bind(scan, 2, prefix);
    scan.bind(3, std::min(most, kMaxRows));
    std::vector<Row> rows;
    while (scan.executeStep()) {
      Row row{bytes_of(scan, 0), bytes_of(scan, 1)};
      if (!row.first.starts_with(prefix)) break;
      rows.push_back(std::move(row));
    }
    scan.reset();
    return rows;
  } catch (...) {
    return current_error();
  }
}

Result<void> PluginStorage::write(const std::vector<Change>& changes) {
  if (changes.size() > kMaxChanges) {
    return Error(Errc::Limit, "one write may have 10,000 changes; make several of it");
  }
  for (const Change& change : changes) {
    if (Result<void> fits = check(change); !fits) return fits;
  }
  const std::lock_guard lock(parts_->mutex);
  try {
    SQLite::Transaction transaction(parts_->database, SQLite::TransactionBehavior::IMMEDIATE);
    for (const Change& change : changes) {
      SQLite::Statement& statement = change.value ? parts_->put : parts_->remove;
      statement.reset();
      bind(statement, 1, change.key);
      if (change.value) bind(statement, 2, *change.value);
      statement.exec();
    }
    transaction.commit();
    parts_->put.reset();
    parts_->remove.reset();
    return {};
  } catch (...) {
    Error error = current_error();
    parts_->put.tryReset();
    parts_->remove.tryReset();
    return error;
  }
}

}  // namespace discern::plugin
