#pragma once

// Reads a database file that must not, or cannot, be written: a damaged one, or one on a full or
// read-only disk.

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <memory>

#include "base/error.hpp"

namespace discern::history {

// Nobody else may use the file meanwhile. Neither the file nor its -wal changes.
class PassiveDatabase {
 public:
  // Errors: as SQLite gives them; Corrupt when not even the list of tables can be read.
  static Result<PassiveDatabase> open(const std::filesystem::path& file);
  // For a file whose list of tables is damaged: reads a copy in which it is replaced. The list is
  // the same in every file, and so are the places of the tables.
  static Result<PassiveDatabase> open_with_new_schema(const std::filesystem::path& file);
  PassiveDatabase(PassiveDatabase&&) = default;
  PassiveDatabase& operator=(PassiveDatabase&&) = default;
  ~PassiveDatabase();

  SQLite::Database& database() { return *database_; }

 private:
  PassiveDatabase() = default;
  std::unique_ptr<SQLite::Database> database_;
  std::filesystem::path copy_;  // A folder to delete; empty if the file itself is read.
};

}  // namespace discern::history
