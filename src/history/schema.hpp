#pragma once

// The tables of discern.db, and how an older file becomes a current one.

#include "base/error.hpp"

namespace SQLite {
class Database;
}

namespace discern::history {

// PRAGMA user_version of a current file.
inline constexpr int kSchemaVersion = 1;
// PRAGMA application_id: "DSCN".
inline constexpr int kApplicationId = 0x4453434e;

// Sets the connection up for writing and brings the file up to kSchemaVersion, each migration in a
// transaction of its own. Errors: Refused, and nothing is changed, when the file is from a newer
// version or is no database of Discern; Corrupt, Io.
Result<void> migrate(SQLite::Database& database);

// Errors: Refused, as above, and when the file is older (only a writer migrates).
Result<void> check_version(SQLite::Database& database);

}  // namespace discern::history
