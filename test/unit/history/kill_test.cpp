// A process killed at any moment loses at most the tick that it had not committed.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "unit/history/fixture.hpp"

namespace discern::history {
namespace {

struct KillTest : HistoryTest {
  // Commits without end; after each commit that succeeded, writes its number to `pipe`.
  [[noreturn]] void live(int pipe) {
    auto process = start();
    const auto counter = process->registry.counter(kJobs, "a");
    const auto wait = process->registry.histogram(kWait, "q");
    for (int i = 0;; ++i) {
      counter.add();
      wait.observe(0.001 * (i % 100));
      process->registry.counter(kJobs, std::to_string(i % 300)).add();
      clock.advance(10s);
      const auto steps = process->snapshot()->lifetime_sum("test_jobs_total");
      const StateRow row[] = {{"session", "0", std::to_string(static_cast<std::int64_t>(steps))}};
      if (!process->commit(row)) ::_exit(1);
      const auto acknowledged = static_cast<std::int64_t>(steps);
      if (::write(pipe, &acknowledged, sizeof acknowledged) < 0) ::_exit(1);
    }
  }
};

std::int64_t sum_of_jobs(const Store& store) {
  std::int64_t sum = 0;
  store.for_each_total([&](std::string_view family, std::string_view, metrics::Total total) {
    if (family == "test_jobs_total") sum += static_cast<std::int64_t>(total.steps);
  });
  return sum;
}

TEST_F(KillTest, LosesAtMostTheTickInTheMaking) {
  std::mt19937 random(std::random_device{}());
  std::int64_t before = 0;
  for (int round = 0; round < 20; ++round) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(pipe[0]);
      live(pipe[1]);
    }
    ::close(pipe[1]);
    // Killed at a random moment after a random number of commits.
    std::int64_t acknowledged = before;
    for (auto commits = 1 + random() % 30; commits > 0; --commits) {
      ASSERT_EQ(::read(pipe[0], &acknowledged, sizeof acknowledged), 8);
    }
    ::usleep(static_cast<useconds_t>(random() % 3000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    for (std::int64_t more; ::read(pipe[0], &more, sizeof more) == sizeof more;) {
      acknowledged = more;
    }
    ::close(pipe[0]);

    auto process = start();
    EXPECT_EQ(process->store->restart_count(), 2u * round + 1);
    const std::int64_t sum = sum_of_jobs(*process->store);
    // Each tick counts two; the last may be committed but not acknowledged.
    EXPECT_GE(sum, acknowledged);
    EXPECT_LE(sum, acknowledged + 2);
    // State and totals are one cut.
    const auto state = process->store->state("session");
    ASSERT_EQ(state->size(), 1u);
    EXPECT_EQ((*state)[0].value, std::to_string(sum));
    SQLite::Database database(file().string(), SQLite::OPEN_READONLY);
    EXPECT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
    before = sum;
    clock.advance(1h);
  }
  EXPECT_EQ(count("SELECT count(*) FROM tick WHERE key_tick NOT IN (SELECT id FROM tick)"), 0);
  const auto names = std::filesystem::directory_iterator(folder.path());
  for (const auto& entry : names) {
    EXPECT_EQ(entry.path().string().find("broken"), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace discern::history
