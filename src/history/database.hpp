#pragma once

// What every use of SQLite here shares: exceptions as errors, statements that clean up, settings.
// Only files of this folder include it.

#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace discern::history {

// The error of the exception in flight, "<doing>: <its text>". Call in a catch block only.
Error current_error(std::string_view doing, std::source_location place);

// Runs `work` and turns what SQLite throws into an error. The one fence of this folder.
template <class Work>
auto fenced(std::string_view doing,
            Work work,
            std::source_location place = std::source_location::current()) -> decltype(work()) {
  try {
    return work();
  } catch (const std::exception&) {
    return current_error(doing, place);
  }
}

// A prepared statement in use: takes its parameters in order, and is ready for the next use when
// this object goes, whatever happened. Text and blobs are not copied: they must outlive it.
class Use {
 public:
  explicit Use(SQLite::Statement& statement) : statement_(statement) {}
  ~Use() { statement_.tryReset(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  Use& integer(std::int64_t value) {
    statement_.bind(++index_, value);
    return *this;
  }
  Use& real(double value) {
    statement_.bind(++index_, value);
    return *this;
  }
  Use& text(const std::string& value) {
    statement_.bindNoCopy(++index_, value);
    return *this;
  }
  Use& blob(std::string_view value) {
    // A null pointer would bind NULL.
    const char* bytes = value.empty() ? "" : value.data();
    statement_.bindNoCopy(++index_, bytes, static_cast<int>(value.size()));
    return *this;
  }
  void run() { statement_.exec(); }
  bool next() { return statement_.executeStep(); }

  std::int64_t integer_at(int column) { return statement_.getColumn(column).getInt64(); }
  bool is_integer_at(int column) { return statement_.getColumn(column).isInteger(); }
  double real_at(int column) { return statement_.getColumn(column).getDouble(); }
  bool null_at(int column) { return statement_.getColumn(column).isNull(); }
  std::string text_at(int column) { return statement_.getColumn(column).getString(); }
  // Valid until the next step.
  std::string_view blob_at(int column) {
    const SQLite::Column value = statement_.getColumn(column);
    const auto* bytes = static_cast<const char*>(value.getBlob());
    return {bytes, bytes == nullptr ? 0 : static_cast<std::size_t>(value.getBytes())};
  }

 private:
  SQLite::Statement& statement_;
  int index_ = 0;
};

// Stops statements of a connection that run longer than allowed, or once `interrupted` is set from
// another thread; they then fail with Timeout.
class Deadline {
 public:
  Deadline(SQLite::Database& database,
           std::chrono::milliseconds allowed,
           const std::atomic<bool>* interrupted = nullptr);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  bool passed() const {
    return (interrupted_ != nullptr && interrupted_->load(std::memory_order_relaxed)) ||
           std::chrono::steady_clock::now() >= end_;
  }

 private:
  static int check(void* self);

  SQLite::Database& database_;
  const std::chrono::steady_clock::time_point end_;
  const std::atomic<bool>* const interrupted_;
};

// What to do about a file system that SQLite's write-ahead log does not work on.
inline constexpr std::string_view kLocalDisk =
    "put the data folder on a local disk: network file systems and mounts of Windows folders do "
    "not have the shared memory and locks that the database needs";

// Settings of a connection that writes. Errors: Refused (the file system has no write-ahead log).
// Throws as SQLiteCpp does.
Result<void> prepare_for_writing(SQLite::Database& database);

// Bounds the memory that one value of a damaged file can take.
void limit_lengths(SQLite::Database& database);

// Bytes on disk of a database file with its -wal and -shm; what is missing counts 0.
std::uint64_t size_on_disk(const std::filesystem::path& file);

}  // namespace discern::history
