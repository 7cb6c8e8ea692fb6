#include "history/database.hpp"

#include <sqlite3.h>

namespace discern::history {
namespace {

Errc kind_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::Corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Errc::Unavailable;
    case SQLITE_FULL:
      return Errc::Limit;
    case SQLITE_INTERRUPT:
      return Errc::Timeout;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Errc::Refused;
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
    return {kind_of(e.getErrorCode()), prefix + e.what(), place};
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

void prepare_for_writing(SQLite::Database& database) {
  // Takes effect only in a file that is still empty. Lets later versions shrink the file.
  database.exec("PRAGMA auto_vacuum = INCREMENTAL");
  database.exec("PRAGMA journal_mode = WAL");
  // FULL: what was committed survives a power cut, not just the end of the process.
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA journal_size_limit = 8388608");
  database.exec("PRAGMA foreign_keys = OFF");
  database.exec("PRAGMA temp_store = MEMORY");
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
