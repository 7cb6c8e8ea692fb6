#pragma once

// A data directory of its own, a clock that tests move, and a registry to write history of.

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "history/reader.hpp"
#include "history/store.hpp"
#include "metrics/registry.hpp"

namespace discern::history {

using namespace std::chrono_literals;

inline constexpr metrics::Descriptor kJobs{
    .name = "test_jobs_total", .help = "Jobs.", .labels = {"kind"}};
inline constexpr metrics::Descriptor kCpu{
    .name = "test_cpu_seconds_total", .help = "CPU.", .unit = metrics::Unit::Seconds, .step = 1e-9};
inline constexpr metrics::Descriptor kDepth{
    .name = "test_depth", .help = "Depth.", .kind = metrics::Kind::Gauge};
inline constexpr metrics::Descriptor kWait{.name = "test_wait_seconds",
                                           .help = "Wait.",
                                           .kind = metrics::Kind::Histogram,
                                           .unit = metrics::Unit::Seconds,
                                           .labels = {"queue"}};

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "discern-history-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// One life of the program: the store (or none yet), and a registry that was given its totals.
struct Process {
  Process(std::unique_ptr<Store> opened, const ManualClock& time)
      : store(std::move(opened)), registry(time.system_now()), clock(time) {
    if (!store) return;
    store->for_each_total([&](std::string_view family, std::string_view key, metrics::Total total) {
      registry.restore(family, key, std::move(total));
    });
  }
  metrics::SnapshotPtr snapshot() {
    return registry.snapshot(clock.system_now(), clock.steady_now());
  }
  Result<void> commit(std::span<const StateRow> state = {}) {
    return store->commit(*snapshot(), state);
  }

  std::unique_ptr<Store> store;
  metrics::Registry registry;
  const ManualClock& clock;
};

struct HistoryTest : testing::Test {
  Result<std::unique_ptr<Store>> open() { return Store::open(folder.path(), clock, options); }
  std::unique_ptr<Process> start() {
    auto store = open();
    if (!store) throw std::runtime_error(store.error().text);
    return std::make_unique<Process>(*std::move(store), clock);
  }
  std::filesystem::path file() const { return database_file(folder.path()); }
  std::unique_ptr<Reader> reader(const ReaderOptions& reader_options = {}) {
    auto made = make_reader(file(), reader_options);
    if (!made) throw std::runtime_error(made.error().text);
    return *std::move(made);
  }
  // The answer to a query that has to succeed.
  QueryResult ask(const Query& query) {
    auto result = reader()->run(query);
    if (!result) throw std::runtime_error(result.error().text);
    return *std::move(result);
  }
  // The only series of such an answer, or nothing.
  std::vector<std::optional<double>> points(const Query& query) {
    QueryResult result = ask(query);
    if (result.series.size() != 1) return {};
    return std::move(result.series[0].points);
  }
  std::int64_t count(const std::string& sql) {
    SQLite::Database database(file().string(), SQLite::OPEN_READONLY);
    return database.execAndGet(sql).getInt64();
  }

  TemporaryFolder folder;
  ManualClock clock;
  Options options;
};

inline metrics::Total total_of(const Store& store, std::string_view family, std::string_view key) {
  metrics::Total found;
  store.for_each_total([&](std::string_view f, std::string_view k, metrics::Total total) {
    if (f == family && k == key) found = std::move(total);
  });
  return found;
}

}  // namespace discern::history
