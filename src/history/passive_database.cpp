#include "history/passive_database.hpp"

#include <sqlite3.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "history/database.hpp"
#include "history/schema.hpp"

namespace discern::history {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<SQLite::Database> checked(std::unique_ptr<SQLite::Database> database) {
  limit_lengths(*database);
  // Entries of the schema that make no sense are passed over, the tables beside them can be read.
  database->exec("PRAGMA writable_schema = ON");
  database->execAndGet("SELECT count(*) FROM sqlite_master").getInt();
  return database;
}

// Exclusive, so that the index of the -wal is kept in memory: a full disk has no room for a -shm.
std::unique_ptr<SQLite::Database> open_in_place(const fs::path& file) {
  auto database = std::make_unique<SQLite::Database>(file.string(),
                                                     SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX);
  sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  database->exec("PRAGMA locking_mode = EXCLUSIVE");
  return checked(std::move(database));
}

std::string uri_of(const fs::path& file) {
  std::string uri = "file:";
  for (const char c : file.string()) {
    const bool plain = c != '%' && c != '?' && c != '#';
    uri += plain ? std::string(1, c) : c == '%' ? "%25" : c == '?' ? "%3f" : "%23";
  }
  return uri + "?immutable=1";
}

std::unique_ptr<SQLite::Database> open_immutable(const fs::path& file) {
  return checked(std::make_unique<SQLite::Database>(
      uri_of(file), SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX | SQLite::OPEN_URI));
}

bool has_log(const fs::path& file) {
  std::error_code ec;
  const auto size = fs::file_size(file.string() + "-wal", ec);
  return !ec && size > 0;
}

constexpr const char* kCopy = "copy.db";

// Returns a new folder in `parent` with a copy of the database and its log.
fs::path copy_into(const fs::path& parent, const fs::path& file) {
  std::string folder = (parent / "discern-read-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("cannot create " + folder);
  const fs::path copy = fs::path(folder) / kCopy;
  fs::copy_file(file, copy);
  if (has_log(file)) fs::copy_file(file.string() + "-wal", copy.string() + "-wal");
  return folder;
}

constexpr std::size_t kPage = 4096;

std::uint32_t number_at(const std::string& bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
  }
  return value;
}

void put_number(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) {
    bytes.at(at + i) = static_cast<char>(value >> (8 * (3 - i)));
  }
}

// The pages of the list of tables, by SQLite's file format: page 1, and its leaves if it has any.
std::vector<std::uint32_t> schema_pages(const std::string& file) {
  constexpr std::size_t kHeader = 100;
  constexpr char kInterior = 5;
  std::vector<std::uint32_t> pages{1};
  if (file.at(kHeader) != kInterior) return pages;
  pages.push_back(number_at(file, kHeader + 8, 4));
  const std::uint32_t cells = number_at(file, kHeader + 3, 2);
  for (std::uint32_t i = 0; i < cells; ++i) {
    pages.push_back(number_at(file, number_at(file, kHeader + 12 + 2 * i, 2), 4));
  }
  return pages;
}

void replace_schema(const fs::path& copy, const fs::path& fresh) {
  std::ifstream in(fresh, std::ios::binary);
  std::string pristine((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const auto pages = static_cast<std::uint32_t>(fs::file_size(copy) / kPage);
  // Size, free pages (which may be in use: nothing is written here), and the counters that say that
  // the size is right.
  put_number(pristine, 28, pages);
  put_number(pristine, 32, 0);
  put_number(pristine, 36, 0);
  put_number(pristine, 92, number_at(pristine, 24, 4));
  std::fstream out(copy, std::ios::binary | std::ios::in | std::ios::out);
  for (const std::uint32_t page : schema_pages(pristine)) {
    const std::size_t at = (page - 1) * kPage;
    if (page == 0 || page > pages || at + kPage > pristine.size()) continue;
    out.seekp(static_cast<std::streamoff>(at));
    out.write(pristine.data() + at, kPage);
  }
  out.close();
  if (!out) throw std::runtime_error("cannot write " + copy.string());
}

}  // namespace

PassiveDatabase::~PassiveDatabase() {
  database_.reset();
  std::error_code ec;
  if (!copy_.empty()) fs::remove_all(copy_, ec);
}

Result<PassiveDatabase> PassiveDatabase::open(const fs::path& file) {
  PassiveDatabase passive;
  auto opened = fenced("cannot read " + file.string(), [&]() -> Result<void> {
    passive.database_ = open_in_place(file);
    return {};
  });
  if (!opened && opened.error().kind != Errc::Corrupt) {
    // What cannot be opened for writing has no lock to keep others away, and needs none: the lock
    // of the folder does.
    opened = fenced("cannot read " + file.string(), [&]() -> Result<void> {
      if (has_log(file)) passive.copy_ = copy_into(fs::temp_directory_path(), file);
      passive.database_ =
          passive.copy_.empty() ? open_immutable(file) : open_in_place(passive.copy_ / kCopy);
      return {};
    });
  }
  if (!opened) return std::move(opened).error();
  return passive;
}

Result<PassiveDatabase> PassiveDatabase::open_with_new_schema(const fs::path& file) {
  PassiveDatabase passive;
  auto opened = fenced("cannot read " + file.string(), [&]() -> Result<void> {
    passive.copy_ = copy_into(file.parent_path(), file);
    const fs::path fresh = passive.copy_ / "fresh.db";
    {
      SQLite::Database made(fresh.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      if (auto migrated = migrate(made); !migrated) return migrated;
    }
    replace_schema(passive.copy_ / kCopy, fresh);
    passive.database_ = open_in_place(passive.copy_ / kCopy);
    return {};
  });
  if (!opened) return std::move(opened).error();
  return passive;
}

}  // namespace discern::history
