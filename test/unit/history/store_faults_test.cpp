// What can be wrong with the file, the directory and the disk, and what the Store makes of it.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <functional>

#include "base/files.hpp"
#include "history/schema.hpp"
#include "unit/history/fixture.hpp"

namespace discern::history {
namespace {

struct StoreFaultsTest : HistoryTest {
  // Some ticks with totals, closed cleanly.
  void fill(int ticks = 100) {
    auto process = start();
    for (int i = 0; i < ticks; ++i) {
      for (int n = 0; n < 50; ++n) process->registry.counter(kJobs, std::to_string(n)).add();
      if (!process->commit()) throw std::runtime_error("commit");
      clock.advance(10s);
    }
  }
  void overwrite(std::size_t offset, const std::string& bytes) {
    std::fstream out(file(), std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(offset));
    out << bytes;
  }
  int files_named(std::string_view part) {
    int found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      found += entry.path().filename().string().find(part) != std::string::npos;
    }
    return found;
  }
  void expect_fresh_and_usable() {
    auto process = start();
    EXPECT_TRUE(process->store->is_new());
    EXPECT_EQ(process->store->restart_count(), 0u);
    EXPECT_TRUE(process->commit().ok());
  }
  void edit(const std::string& sql) {
    SQLite::Database database(file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec(sql);
  }
  Error refusal() {
    auto opened = open();
    if (opened) throw std::runtime_error("it opened");
    return std::move(opened).error();
  }
};

TEST_F(StoreFaultsTest, AFileOfGarbageIsSetAside) {
  std::ofstream(file()) << std::string(100000, 'x');
  expect_fresh_and_usable();
  EXPECT_EQ(files_named("discern.db.broken-"), 1);
}

TEST_F(StoreFaultsTest, ADamagedPageIsFoundAndTheFileSetAside) {
  fill();
  const std::size_t size = std::filesystem::file_size(file());
  for (std::size_t page = 4096; page + 4096 < size; page += 3 * 4096) {
    overwrite(page, std::string(600, '\x5a'));
  }
  auto process = start();
  EXPECT_TRUE(process->commit().ok());
  EXPECT_EQ(files_named("discern.db.broken-"), 1);
}

TEST_F(StoreFaultsTest, DamagedTotalsAreFoundAndTheFileSetAside) {
  fill();
  edit("UPDATE total SET payload = x'ff'");
  auto process = start();
  EXPECT_TRUE(process->commit().ok());
  EXPECT_EQ(process->store->restart_count(), 1u);
  EXPECT_EQ(total_of(*process->store, "test_jobs_total", "7").steps, 100u)
      << "the newest tick has it";
  EXPECT_EQ(files_named("discern.db.broken-"), 1);
}

TEST_F(StoreFaultsTest, TheLogOfADamagedFileIsNotPlayedIntoTheNewOne) {
  fill();
  std::string log;
  {
    auto process = start();
    ASSERT_TRUE(process->commit().ok());
    log = *read_file(file().string() + "-wal");
  }
  std::ofstream(file()) << std::string(100000, 'x');
  std::ofstream(file().string() + "-wal") << log;
  auto process = start();
  EXPECT_TRUE(process->commit().ok());
  EXPECT_EQ(count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

TEST_F(StoreFaultsTest, AnEmptyFileIsANewOne) {
  std::ofstream(file()).flush();
  expect_fresh_and_usable();
  EXPECT_EQ(files_named("broken"), 0);
}

TEST_F(StoreFaultsTest, AFileCutShortIsSetAside) {
  fill();
  std::filesystem::resize_file(file(), std::filesystem::file_size(file()) / 2);
  auto process = start();
  EXPECT_TRUE(process->commit().ok());
  EXPECT_EQ(files_named("discern.db.broken-"), 1);
}

TEST_F(StoreFaultsTest, AFileOfANewerVersionIsRefusedAndLeftAlone) {
  fill();
  edit("PRAGMA user_version = 7");
  const auto before = read_file(file());
  const Error error = refusal();
  EXPECT_EQ(error.kind, Errc::Refused);
  EXPECT_NE(error.text.find("newer Discern (format 7"), std::string::npos) << error.text;
  EXPECT_EQ(*read_file(file()), *before);
  const auto reader = make_reader(file());
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().kind, Errc::Refused);
}

TEST_F(StoreFaultsTest, ADatabaseOfAnotherProgramIsRefusedAndLeftAlone) {
  edit("CREATE TABLE precious (x)");
  const auto before = read_file(file());
  const Error error = refusal();
  EXPECT_EQ(error.kind, Errc::Refused);
  EXPECT_NE(error.text.find("another program"), std::string::npos) << error.text;
  EXPECT_EQ(*read_file(file()), *before);
}

TEST_F(StoreFaultsTest, ASecondHostIsToldWhoHasTheDirectory) {
  auto first = start();
  const Error error = refusal();
  EXPECT_EQ(error.kind, Errc::Refused);
  const std::string who = "in use by another Discern (process " + std::to_string(::getpid()) + ")";
  EXPECT_NE(error.text.find(who), std::string::npos) << error.text;
  first = nullptr;
  EXPECT_TRUE(open().ok());
}

TEST_F(StoreFaultsTest, AFileThatAnotherProgramLockedIsRefused) {
  fill(1);
  SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
  other.exec("PRAGMA locking_mode = EXCLUSIVE");
  SQLite::Transaction transaction(other, SQLite::TransactionBehavior::EXCLUSIVE);
  other.exec("DELETE FROM boot");
  EXPECT_EQ(refusal().kind, Errc::Unavailable);
  EXPECT_EQ(files_named("broken"), 0);
}

TEST_F(StoreFaultsTest, ATickThatFindsTheFileLockedIsSkippedAndTheNextHasEverything) {
  auto process = start();
  ASSERT_TRUE(process->commit().ok());
  process->registry.counter(kJobs, "a").add(3);
  process->registry.annotate({clock.system_now(), "load", "Loaded a."});
  const StateRow row[] = {{"guild", "1", "one"}};
  {
    SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
    SQLite::Transaction transaction(other, SQLite::TransactionBehavior::IMMEDIATE);
    const auto done = process->commit(row);
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().kind, Errc::Unavailable);
  }
  clock.advance(10s);
  ASSERT_TRUE(process->commit().ok());
  EXPECT_EQ(process->store->state("guild")->size(), 1u);
  EXPECT_EQ(count("SELECT count(*) FROM annotation"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM tick"), 2);
  process = nullptr;
  EXPECT_EQ(total_of(*start()->store, "test_jobs_total", "a").steps, 3u);
}

TEST_F(StoreFaultsTest, NewerStateWinsOverWhatAFailedTickLeft) {
  auto process = start();
  ASSERT_TRUE(process->commit().ok());
  const StateRow old[] = {{"guild", "1", "old"}, {"guild", "2", "old"}};
  {
    SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
    SQLite::Transaction transaction(other, SQLite::TransactionBehavior::IMMEDIATE);
    ASSERT_FALSE(process->commit(old).ok());
  }
  const StateRow newer[] = {{"guild", "1", "new"}, {"guild", "2", std::nullopt}};
  ASSERT_TRUE(process->commit(newer).ok());
  const auto rows = process->store->state("guild");
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ((*rows)[0].value, "new");
}

TEST_F(StoreFaultsTest, AFullFileFailsTicksAndLeavesNothingHalfWritten) {
  options.max_file_bytes = 128 * 1024;
  auto process = start();
  ASSERT_TRUE(process->commit().ok());
  Result<void> done;
  int written = 1;
  for (int i = 0; i < 1000 && done; ++i) {
    clock.advance(10s);
    const StateRow row[] = {{"big", std::to_string(i), std::string(1000, 'x')}};
    process->registry.counter(kJobs, std::to_string(i)).add();
    done = process->commit(row);
    written += done.ok();
  }
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().kind, Errc::Limit) << done.error().text;
  EXPECT_EQ(count("SELECT count(*) FROM tick"), written);
  EXPECT_EQ(count("SELECT count(*) FROM state"), written - 1);
  EXPECT_EQ(count("SELECT count(*) FROM series WHERE id NOT IN (SELECT id FROM series WHERE "
                  "first_tick <= (SELECT max(id) FROM tick))"),
            0);
  // With room again, what failed goes in with the next tick.
  process = nullptr;
  options.max_file_bytes = 0;
  process = start();
  EXPECT_TRUE(process->commit().ok());
}

TEST_F(StoreFaultsTest, AFullFileMakesRoomByForgettingTheOldest) {
  options.max_file_bytes = 256 * 1024;
  auto process = start();
  const metrics::Histogram waits = process->registry.histogram(kWait, "a");
  int failed_at_the_end = 0;
  int failed = 0;
  for (int i = 0; i < 2000; ++i) {
    clock.advance(10s);
    for (int k = 0; k < 40; ++k) waits.observe(std::pow(1.1, (i * 7 + k * 13) % 200));
    const bool done = process->commit().ok();
    failed += !done;
    failed_at_the_end = done ? 0 : failed_at_the_end + 1;
  }
  EXPECT_GT(failed, 0) << "the file never was full";
  EXPECT_LT(failed, 100);
  EXPECT_LT(failed_at_the_end, 3);
  EXPECT_GT(count("SELECT min(id) FROM tick"), 1);
  EXPECT_LE(std::filesystem::file_size(file()), options.max_file_bytes);
}

// Files of this process cannot grow beyond `bytes` while this lives: a full disk for one process.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

TEST_F(StoreFaultsTest, AWriteErrorSkipsTheTickAndTheNextSucceedsOnceThereIsRoom) {
  auto process = start();
  ASSERT_TRUE(process->commit().ok());
  const StateRow row[] = {{"guild", "1", std::string(50000, 'x')}};
  process->registry.counter(kJobs, "a").add(5);
  clock.advance(10s);
  {
    const SmallDisk disk(std::filesystem::file_size(file().string() + "-wal") + 8192);
    const auto done = process->commit(row);
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().kind, Errc::Io) << done.error().text;
  }
  EXPECT_EQ(count("SELECT count(*) FROM tick"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM state"), 0);
  clock.advance(10s);
  ASSERT_TRUE(process->commit().ok());
  EXPECT_EQ(count("SELECT count(*) FROM tick"), 2);
  EXPECT_EQ(process->store->state("guild")->size(), 1u);
  process = nullptr;
  EXPECT_EQ(total_of(*start()->store, "test_jobs_total", "a").steps, 5u);
}

// Runs `work` in a child process without root's rights; true when it returned true there.
bool as_nobody(const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::getuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(3);
    ::_exit(work() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(StoreFaultsTest, AReadOnlyDirectoryIsAnErrorThatNamesTheFile) {
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
  EXPECT_TRUE(as_nobody([&] {
    auto opened = open();
    return !opened && opened.error().text.find("discern.lock") != std::string::npos &&
           opened.error().text.find("Permission denied") != std::string::npos;
  }));
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
}

// Its owner may read it again and does, with everything in it; others get an error.
TEST_F(StoreFaultsTest, AnUnreadableFileStaysWhereItIs) {
  fill(1);
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0777));
  std::filesystem::permissions(folder.path() / "discern.lock", std::filesystem::perms(0666));
  std::filesystem::permissions(file(), std::filesystem::perms(0));
  const bool is_owner = ::geteuid() != 0;
  EXPECT_TRUE(as_nobody([&] { return static_cast<bool>(open()) == is_owner; }));
  EXPECT_EQ(files_named("broken"), 0);
}

TEST_F(StoreFaultsTest, ADirectoryThatIsAFileIsAnError) {
  std::ofstream(folder.path() / "data") << "x";
  const auto opened = Store::open(folder.path() / "data", clock, options);
  ASSERT_FALSE(opened.ok());
}

TEST_F(StoreFaultsTest, CreatesTheDirectory) {
  EXPECT_TRUE(Store::open(folder.path() / "a" / "b", clock, options).ok());
}

}  // namespace
}  // namespace discern::history
