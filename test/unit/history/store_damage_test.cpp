// Damage anywhere in the file, at start and while running: totals never fall, and history goes on.

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "base/files.hpp"
#include "unit/history/fixture.hpp"

namespace discern::history {
namespace {

constexpr std::size_t kPage = 4096;

struct StoreDamageTest : HistoryTest {
  // Some ticks with totals of counters, histograms and state, closed cleanly.
  void fill(int ticks = 100) {
    auto process = start();
    for (int i = 0; i < ticks; ++i) count_and_commit(*process, {});
    totals_ = totals(*process);
  }
  void count_and_commit(Process& process, std::vector<StateRow> state) {
    for (int n = 0; n < 80; ++n) process.registry.counter(kJobs, std::to_string(n)).add(1000);
    process.registry.histogram(kWait, "a").observe(0.25);
    process.registry.counter(kCpu).add(1500ms);
    state.push_back({"guild", "1", "one"});
    if (auto done = process.commit(state); !done) throw std::runtime_error(done.error().text);
    clock.advance(10s);
  }
  struct Totals {
    double jobs = 0;
    double cpu = 0;
    double waits = 0;
    double one_job = 0;
  };
  static Totals totals(Process& process) {
    process.registry.counter(kJobs, "7");
    process.registry.counter(kCpu);
    process.registry.histogram(kWait, "a");
    const auto snapshot = process.snapshot();
    Totals sum{snapshot->lifetime_sum("test_jobs_total"),
               snapshot->lifetime_sum("test_cpu_seconds_total"),
               0,
               0};
    for (const metrics::FamilySeries& family : snapshot->layout()) {
      for (const metrics::Series* series : family.series) {
        if (family.family->name == "test_wait_seconds") {
          sum.waits += static_cast<double>(snapshot->lifetime_histogram(*series).count());
        } else if (family.family->name == "test_jobs_total" && series->key() == "7") {
          sum.one_job = snapshot->lifetime_value(*series);
        }
      }
    }
    return sum;
  }
  void expect_totals(Process& process) {
    const Totals now = totals(process);
    EXPECT_EQ(now.jobs, totals_.jobs);
    EXPECT_DOUBLE_EQ(now.cpu, totals_.cpu);
    EXPECT_EQ(now.waits, totals_.waits);
    EXPECT_EQ(now.one_job, totals_.one_job);
  }
  // A life of the program on a file with such bytes: it has every total, and two ticks in a row can
  // be written.
  void expect_whole_after(const std::string& bytes) {
    std::filesystem::remove(file().string() + "-wal");
    std::filesystem::remove(file().string() + "-shm");
    std::ofstream(file(), std::ios::binary) << bytes;
    {
      auto process = start();
      expect_totals(*process);
      EXPECT_GE(process->store->restart_count(), 1u);
      int failed = 0;
      while (!process->commit() && ++failed < 5) clock.advance(10s);
      EXPECT_LE(failed, 1);
      clock.advance(10s);
      EXPECT_TRUE(process->commit().ok());
      clock.advance(10s);
    }
    auto again = start();
    expect_totals(*again);
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      if (entry.path().string().find(".broken-") != std::string::npos) {
        std::filesystem::remove(entry.path());
      }
    }
  }
  int set_aside() {
    int found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      const std::string name = entry.path().filename().string();
      found += name.starts_with("discern.db.broken-") && !name.ends_with("-wal");
    }
    return found;
  }
  // Writes into the file under a running Store.
  void overwrite(std::size_t offset, const std::string& bytes) {
    const int fd = ::open(file().c_str(), O_WRONLY | O_CLOEXEC);
    ASSERT_EQ(::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset)),
              static_cast<ssize_t>(bytes.size()));
    // Closing it would drop the locks of this process: the program never does that.
    descriptors_.push_back(fd);
  }
  void TearDown() override {
    for (const int fd : descriptors_) ::close(fd);
  }

  Totals totals_;
  std::vector<int> descriptors_;
};

TEST_F(StoreDamageTest, AFlippedBitAnywhereCostsNoTotal) {
  fill();
  const std::string whole = *read_file(file());
  std::mt19937 random(20261201);
  for (int i = 0; i < 60; ++i) {
    std::string bytes = whole;
    const std::size_t at = random() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    SCOPED_TRACE("byte " + std::to_string(at));
    expect_whole_after(bytes);
    if (HasFailure()) break;
  }
}

// The format's number is left out: a higher one is a newer Discern's.
TEST_F(StoreDamageTest, AFlippedBitInTheHeaderCostsNoTotal) {
  fill(10);
  const std::string whole = *read_file(file());
  for (std::size_t at = 16; at < 100; at += at == 59 ? 5 : 1) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
    if (at == 18) bytes[at] = static_cast<char>(whole[at] ^ 1);  // A format that forbids writing.
    SCOPED_TRACE("byte " + std::to_string(at));
    expect_whole_after(bytes);
  }
}

TEST_F(StoreDamageTest, NoTotalGoesOnFromMadeUpTicks) {
  {
    auto process = start();
    ASSERT_TRUE(process->store->make_up([&] {
      process->registry.counter(kJobs, "7").add(1000);
      return process->commit();
    }));
  }
  SQLite::Database(file().string(), SQLite::OPEN_READWRITE)
      .exec("UPDATE family SET name = 'other'");
  auto process = start();
  EXPECT_EQ(set_aside(), 1);
  EXPECT_EQ(totals(*process).jobs, 0);
  EXPECT_EQ(process->store->restart_count(), 0u);
}

TEST_F(StoreDamageTest, APageOfGarbageCostsNoTotal) {
  fill();
  const std::string whole = *read_file(file());
  for (std::size_t page = 0; page * kPage < whole.size(); ++page) {
    std::string bytes = whole;
    bytes.replace(page * kPage, kPage, kPage, '\x5a');
    SCOPED_TRACE("page " + std::to_string(page + 1));
    expect_whole_after(bytes);
    if (HasFailure()) break;
  }
}

TEST_F(StoreDamageTest, TheNameThatAFlippedBitChangedIsFoundInItsIndex) {
  fill();
  std::string bytes = *read_file(file());
  const std::size_t at = bytes.find("test_jobs_total");
  ASSERT_NE(at, bytes.npos);
  bytes[at] = 'u';
  expect_whole_after(bytes);
}

TEST_F(StoreDamageTest, DamageThatShowsWhileRunningCostsATickAndNoTotal) {
  fill();
  auto process = start();
  count_and_commit(*process, {});
  totals_ = totals(*process);
  const std::size_t size = std::filesystem::file_size(file());
  for (std::size_t page = kPage; page + kPage <= size; page += kPage) {
    overwrite(page, std::string(kPage, '\x5a'));
  }
  process->store->health()->suspect("a reader met garbage");
  int failed = 0;
  while (!process->commit() && ++failed < 5) clock.advance(10s);
  EXPECT_LE(failed, 1);
  clock.advance(10s);
  EXPECT_TRUE(process->commit().ok());
  EXPECT_EQ(set_aside(), 1);
  EXPECT_EQ(process->store->health()->repairs(), 1u);
  EXPECT_EQ(process->store->health()->warnings().size(), 1u);
  process = nullptr;
  expect_totals(*start());
}

TEST_F(StoreDamageTest, AFileThatIsRemovedWhileRunningIsWrittenAgain) {
  fill();
  auto process = start();
  std::filesystem::remove(file());
  EXPECT_FALSE(process->commit().ok());
  clock.advance(10s);
  EXPECT_TRUE(process->commit().ok());
  EXPECT_GT(count("SELECT count(*) FROM tick"), 50) << "history, too";
  process = nullptr;
  expect_totals(*start());
}

TEST_F(StoreDamageTest, AnIdThatTheFileInventsTakesNoMemory) {
  fill(2);
  SQLite::Database(file().string(), SQLite::OPEN_READWRITE)
      .exec("INSERT INTO series VALUES (67108864, 1, x'41', 1, NULL)");
  auto process = start();
  expect_totals(*process);
  EXPECT_TRUE(process->commit().ok());
}

TEST_F(StoreDamageTest, ASecondHostIsRefusedThoughTheLockFileWasRemoved) {
  auto first = start();
  std::filesystem::remove(folder.path() / "discern.lock");
  const auto second = open();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, Errc::Refused);
}

TEST_F(StoreDamageTest, ALinkInThePlaceOfTheDatabaseIsRefused) {
  std::ofstream(folder.path() / "elsewhere") << "precious";
  for (const char* name : {"discern.db", "discern.db-wal", "discern.lock"}) {
    std::filesystem::remove(folder.path() / name);
    std::filesystem::create_symlink(folder.path() / "elsewhere", folder.path() / name);
    const auto opened = open();
    ASSERT_FALSE(opened.ok()) << name;
    EXPECT_NE(opened.error().text.find("symbolic link"), std::string::npos) << opened.error().text;
    EXPECT_EQ(*read_file(folder.path() / "elsewhere"), "precious");
    std::filesystem::remove(folder.path() / name);
  }
}

}  // namespace
}  // namespace discern::history
