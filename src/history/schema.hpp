#pragma once

// The tables of discern.db, and how an older file becomes a current one.

#include "base/error.hpp"

namespace SQLite {
class Database;
}

namespace discern::history {

// The restart_count of a start that never was: its ticks are made up. The next one then has 0.
inline constexpr int kMadeUpStart = -1;

// PRAGMA user_version of a current file.
inline constexpr int kSchemaVersion = 2;
// PRAGMA application_id: "DSCN".
inline constexpr int kApplicationId = 0x4453434e;

// Sets the connection up for writing and brings the file up to kSchemaVersion, each migration in a
// transaction of its own. Errors: Refused, and nothing is changed, when the file is from a newer
// version or is no database of Discern; Corrupt, Io.
Result<void> migrate(SQLite::Database& database);

// The version of a file, 0 when it is empty. Errors: as migrate. Throws as SQLiteCpp does.
Result<int> read_version(SQLite::Database& database);

// Errors: Refused, as above, and when the file is older (only a writer migrates).
Result<void> check_version(SQLite::Database& database);

}  // namespace discern::history
