#include "history/database.hpp"

#include <sqlite3.h>

namespace discern::history {
namespace {

// Every statement of this folder is fixed text, so that an SQL error, a broken constraint or a
// value of the wrong type can come from the file only.
Errc kind_of(int sqlite_code) {
  switch (sqlite_code) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_DATA:
    case SQLITE_IOERR_CORRUPTFS:
      return Errc::Corrupt;
    case SQLITE_IOERR_NOMEM:
      return Errc::Limit;
    // Not a matter of room: SQLITE_IOERR_SHMSIZE and SQLITE_IOERR_SHMOPEN may be.
    case SQLITE_IOERR_SHMMAP:
    case SQLITE_IOERR_SHMLOCK:
    case SQLITE_IOERR_LOCK:
      return Errc::Refused;
    default:
      break;
  }
  switch (sqlite_code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_SCHEMA:
    case SQLITE_TOOBIG:
    case SQLITE_EMPTY:
      return Errc::Corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return Errc::Unavailable;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return Errc::Limit;
    case SQLITE_INTERRUPT:
      return Errc::Timeout;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return Errc::Io;
    default:
      return Errc::Internal;
  }
}

}  // namespace

Error current_error(std::string_view doing, std::source_location place) {
  const std::string prefix = std::string(doing) + ": ";
  try {
    throw;
  } catch (const SQLite::Exception& e) {
    // SQLiteCpp's own complaints, such as a column that is not there, carry no code.
    const int code = e.getExtendedErrorCode() > 0 ? e.getExtendedErrorCode() : e.getErrorCode();
    std::string text = prefix + e.what();
    if (kind_of(code) == Errc::Refused) text.append("; ").append(kLocalDisk);
    return {code < 0 ? Errc::Corrupt : kind_of(code), std::move(text), place};
  } catch (const std::bad_alloc&) {
    return {Errc::Limit, prefix + "out of memory", place};
  } catch (const std::exception& e) {
    return {Errc::Internal, prefix + e.what(), place};
  }
}

Deadline::Deadline(SQLite::Database& database,
                   std::chrono::milliseconds allowed,
                   const std::atomic<bool>* interrupted)
    : database_(database),
      end_(std::chrono::steady_clock::now() + allowed),
      interrupted_(interrupted) {
  // Every so many steps of SQLite's machine: some 20 µs.
  constexpr int kSteps = 1000;
  sqlite3_progress_handler(database_.getHandle(), kSteps, &Deadline::check, this);
}

Deadline::~Deadline() {
  sqlite3_progress_handler(database_.getHandle(), 0, nullptr, nullptr);
}

int Deadline::check(void* self) {
  return static_cast<const Deadline*>(self)->passed() ? 1 : 0;
}

Result<void> prepare_for_writing(SQLite::Database& database) {
  // Takes effect only in a file that is still empty. Lets later versions shrink the file.
  database.exec("PRAGMA auto_vacuum = INCREMENTAL");
  if (database.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal") {
    return Error(Errc::Refused,
                 "the file system has no write-ahead log for it; " + std::string(kLocalDisk));
  }
  // FULL: what was committed survives a power cut, not just the end of the process.
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA journal_size_limit = 8388608");
  database.exec("PRAGMA foreign_keys = OFF");
  database.exec("PRAGMA temp_store = MEMORY");
  limit_lengths(database);
  return {};
}

void limit_lengths(SQLite::Database& database) {
  // Many times the largest value that is ever written.
  constexpr int kLongestValue = 64 * 1024 * 1024;
  sqlite3_limit(database.getHandle(), SQLITE_LIMIT_LENGTH, kLongestValue);
}

std::uint64_t size_on_disk(const std::filesystem::path& file) {
  std::uint64_t bytes = 0;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code ec;
    const auto size = std::filesystem::file_size(file.string() + suffix, ec);
    if (!ec) bytes += size;
  }
  return bytes;
}

}  // namespace discern::history
