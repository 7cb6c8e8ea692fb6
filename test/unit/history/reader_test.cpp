#include "history/reader.hpp"

#include <map>
#include <random>

#include "unit/history/fixture.hpp"

namespace discern::history {
namespace {

using Points = std::vector<std::optional<double>>;

struct ReaderTest : HistoryTest {
  void SetUp() override { process = start(); }
  // Commits now, and lets one interval pass.
  void tick() {
    if (!process->commit()) throw std::runtime_error("commit");
    clock.advance(10s);
  }
  Query query(std::string family, Reduction reduction, std::chrono::milliseconds step = 10s) const {
    return {std::move(family), {}, begin, clock.system_now(), step, reduction};
  }

  const SystemTime begin = clock.system_now();
  std::unique_ptr<Process> process;
};

TEST_F(ReaderTest, ShowsTheLastAndTheMeanOfAGauge) {
  for (const double value : {1.0, 2.0, 6.0, 0.5}) {
    process->registry.gauge(kDepth).set(value);
    tick();
  }
  EXPECT_EQ(points(query("test_depth", Reduction::Last)), (Points{1.0, 2.0, 6.0, 0.5}));
  EXPECT_EQ(points(query("test_depth", Reduction::Last, 20s)), (Points{2.0, 0.5}));
  EXPECT_EQ(points(query("test_depth", Reduction::Avg, 20s)), (Points{1.5, 3.25}));
}

TEST_F(ReaderTest, ShowsWhatACounterGrewAndHowFast) {
  const auto jobs = process->registry.counter(kJobs, "a");
  for (const int n : {5, 10, 0, 30}) {
    jobs.add(static_cast<std::uint64_t>(n));
    tick();
  }
  EXPECT_EQ(points(query("test_jobs_total", Reduction::Increase)), (Points{5.0, 10.0, 0.0, 30.0}))
      << "the first tick of a file counts from zero";
  EXPECT_EQ(points(query("test_jobs_total", Reduction::Rate)),
            (Points{std::nullopt, 1.0, 0.0, 3.0}));
  EXPECT_EQ(points(query("test_jobs_total", Reduction::Increase, 20s)), (Points{15.0, 30.0}));
}

TEST_F(ReaderTest, ComparesTheFirstTickOfTheRangeWithTheOneBeforeIt) {
  const auto jobs = process->registry.counter(kJobs, "a");
  for (int i = 0; i < 3; ++i) {
    jobs.add(7);
    tick();
  }
  Query late = query("test_jobs_total", Reduction::Increase);
  late.from += 20s;
  EXPECT_EQ(points(late), (Points{7.0}));
}

TEST_F(ReaderTest, ShowsCountersInTheirUnit) {
  tick();
  process->registry.counter(kCpu).add(2500ms);
  tick();
  const Points rate = points(query("test_cpu_seconds_total", Reduction::Rate));
  ASSERT_EQ(rate.size(), 2u);
  EXPECT_DOUBLE_EQ(*rate[1], 0.25);
}

TEST_F(ReaderTest, ACounterThatAppearsBetweenTicksBeganAtZero) {
  tick();
  process->registry.counter(kJobs, "once").add(4);
  tick();
  tick();
  EXPECT_EQ(points(query("test_jobs_total", Reduction::Increase)),
            (Points{std::nullopt, 4.0, 0.0}));
}

TEST_F(ReaderTest, OfARestoredCounterThatReappearsLateOnlyWhatItGrewCounts) {
  process->registry.counter(kJobs, "a").add(1000);
  tick();
  process = nullptr;
  clock.advance(1h);
  process = start();
  tick();
  tick();
  process->registry.counter(kJobs, "a").add(1);  // The plugin is loaded late.
  tick();
  process->registry.counter(kJobs, "a").add(2);
  tick();
  Query later = query("test_jobs_total", Reduction::Increase);
  later.from += 1h;
  const Points got = points(later);
  ASSERT_EQ(got.size(), 5u);
  EXPECT_EQ(got, (Points{std::nullopt, std::nullopt, std::nullopt, 1.0, 2.0}));
}

TEST_F(ReaderTest, WhatGrewInAGapCountsWhenItEndsAndIsNoRate) {
  const auto jobs = process->registry.counter(kJobs, "a");
  tick();
  jobs.add(1);
  tick();
  clock.advance(30s);
  jobs.add(100);
  tick();
  jobs.add(2);
  tick();
  EXPECT_EQ(points(query("test_jobs_total", Reduction::Increase)),
            (Points{0.0, 1.0, std::nullopt, std::nullopt, std::nullopt, 100.0, 2.0}));
  const Points depth = points(query("test_jobs_total", Reduction::Rate, 70s));
  EXPECT_EQ(depth, (Points{3.0 / 20}));
}

TEST_F(ReaderTest, OneMissingTickIsNoGap) {
  const auto jobs = process->registry.counter(kJobs, "a");
  tick();
  clock.advance(10s);
  jobs.add(6);
  tick();
  EXPECT_EQ(points(query("test_jobs_total", Reduction::Increase)),
            (Points{0.0, std::nullopt, 6.0}));
  EXPECT_EQ(points(query("test_jobs_total", Reduction::Rate)),
            (Points{std::nullopt, std::nullopt, 0.3}));
}

TEST_F(ReaderTest, AQuickRestartIsNoGapBecauseTotalsGoOn) {
  process->registry.counter(kJobs, "a").add(1000);
  tick();
  process = nullptr;
  process = start();
  process->registry.counter(kJobs, "a").add(5);
  tick();
  EXPECT_EQ(points(query("test_jobs_total", Reduction::Increase)), (Points{1000.0, 5.0}));
}

TEST_F(ReaderTest, ATotalThatFallsStartsOver) {
  process->registry.counter(kJobs, "a").add(1000);
  process->registry.histogram(kWait, "q").observe(1.0);
  process->registry.histogram(kWait, "q").observe(1.0);
  tick();
  // Without the totals of the first: as after restoring an older backup.
  Process other(nullptr, clock);
  std::swap(other.store, process->store);
  other.registry.counter(kJobs, "a").add(10);
  other.registry.histogram(kWait, "q").observe(1.0);
  ASSERT_TRUE(other.commit().ok());
  clock.advance(10s);
  other.registry.counter(kJobs, "a").add(3);
  other.registry.histogram(kWait, "q").observe(4.0);
  ASSERT_TRUE(other.commit().ok());
  clock.advance(10s);
  EXPECT_EQ(points(query("test_jobs_total", Reduction::Increase)),
            (Points{1000.0, std::nullopt, 3.0}));
  EXPECT_EQ(points(query("test_wait_seconds", Reduction::Increase)),
            (Points{2.0, std::nullopt, 1.0}));
}

TEST_F(ReaderTest, QuantilesAreOfTheStepAlone) {
  const auto wait = process->registry.histogram(kWait, "q");
  for (int i = 0; i < 100; ++i) wait.observe(100.0);
  tick();
  for (int i = 0; i < 100; ++i) wait.observe(0.01 * (i + 1));
  tick();
  tick();
  for (const auto& [reduction, expected] :
       {std::pair{Reduction::P50, 0.5}, {Reduction::P95, 0.95}, {Reduction::P99, 0.99}}) {
    const Points got = points(query("test_wait_seconds", reduction));
    ASSERT_EQ(got.size(), 3u);
    EXPECT_NEAR(*got[0] / 100.0, 1, 0.045);
    EXPECT_NEAR(*got[1] / expected, 1, 0.045);
    EXPECT_FALSE(got[2]);
  }
  EXPECT_EQ(points(query("test_wait_seconds", Reduction::Rate)), (Points{std::nullopt, 10.0, 0.0}));
}

TEST_F(ReaderTest, SelectsByLabels) {
  process->registry.counter(kJobs, "a");
  process->registry.counter(kJobs, "b");
  tick();
  process->registry.counter(kJobs, "b").add(2);
  tick();
  Query both = query("test_jobs_total", Reduction::Increase);
  EXPECT_EQ(ask(both).series.size(), 2u);
  both.labels = {{"kind", "b"}};
  EXPECT_EQ(points(both)[1], 2.0);
  both.labels = {{"kind", "c"}};
  EXPECT_TRUE(ask(both).series.empty());
  both.labels = {{"kind", "a"}, {"other", ""}};
  EXPECT_EQ(ask(both).series.size(), 1u);
}

TEST_F(ReaderTest, LeavesOutSeriesWithoutAPoint) {
  tick();
  Query early = query("test_jobs_total", Reduction::Increase);
  process->registry.counter(kJobs, "a").add();
  tick();
  EXPECT_TRUE(ask(early).series.empty());
}

TEST_F(ReaderTest, BringsTheAnnotationsOfTheRange) {
  process->registry.annotate({begin - 1s, "start", "Before."});
  process->registry.annotate({begin + 2s, "reload", "Reloaded trivia."});
  process->registry.annotate({begin, "load", "Loaded trivia."});
  process->registry.gauge(kDepth).set(1);
  tick();
  const QueryResult result = ask(query("test_depth", Reduction::Last));
  ASSERT_EQ(result.annotations.size(), 2u);
  EXPECT_EQ(result.annotations[0].kind, "load");
  EXPECT_EQ(result.annotations[1].kind, "reload");
  EXPECT_EQ(result.annotations[1].text, "Reloaded trivia.");
  EXPECT_EQ(result.annotations[1].time, begin + 2s);
}

TEST_F(ReaderTest, ReadsOnWhenTheClockWasSetBack) {
  process->registry.gauge(kDepth).set(1);
  const auto jobs = process->registry.counter(kJobs, "a");
  for (int i = 0; i < 6; ++i) tick();
  clock.advance(-30s);
  process->registry.gauge(kDepth).set(2);
  for (int i = 0; i < 2; ++i) {
    jobs.add(5);
    tick();
  }
  Query all = query("test_depth", Reduction::Last);
  all.to = begin + 60s;
  EXPECT_EQ(points(all), (Points{1.0, 1.0, 1.0, 2.0, 2.0, 1.0}));
  all.family = "test_jobs_total";
  all.reduction = Reduction::Increase;
  EXPECT_EQ(points(all), (Points{0.0, 0.0, 0.0, 5.0, 5.0, 0.0}));
}

TEST_F(ReaderTest, ListsSeries) {
  process->registry.counter(kJobs, "a b");
  process->registry.gauge(kDepth);
  process->registry.histogram(kWait, "q");
  tick();
  std::map<std::string, SeriesInfo> found;
  const auto series = reader()->series();
  ASSERT_TRUE(series.ok());
  for (const SeriesInfo& info : *series) found[info.family] = info;
  EXPECT_EQ(found["test_jobs_total"].labels, (Labels{{"kind", "a b"}}));
  EXPECT_EQ(found["test_jobs_total"].kind, "counter");
  EXPECT_EQ(found["test_depth"].kind, "gauge");
  EXPECT_EQ(found["test_depth"].labels, Labels{});
  EXPECT_EQ(found["test_wait_seconds"].unit, "seconds");
}

TEST_F(ReaderTest, SaysWhatIsWrongWithAQuery) {
  process->registry.counter(kJobs, "a");
  process->registry.gauge(kDepth);
  tick();
  const auto kind_of = [&](const Query& bad) { return reader()->run(bad).error().kind; };
  Query bad = query("test_jobs_total", Reduction::Last);
  EXPECT_EQ(kind_of(bad), Errc::Invalid);
  EXPECT_EQ(kind_of(query("test_depth", Reduction::Rate)), Errc::Invalid);
  EXPECT_EQ(kind_of(query("test_nothing", Reduction::Rate)), Errc::NotFound);
  bad.family = "test_nothing";
  bad.is_known = true;
  EXPECT_TRUE(reader()->run(bad).ok());
  bad = query("test_depth", Reduction::Last, 0s);
  EXPECT_EQ(kind_of(bad), Errc::Invalid);
  bad = query("test_depth", Reduction::Last);
  bad.to = bad.from;
  EXPECT_EQ(kind_of(bad), Errc::Invalid);
  bad.to = bad.from + 100001s;
  bad.step = 1s;
  EXPECT_EQ(kind_of(bad), Errc::Limit);
  bad.to = bad.from + 100000s;
  EXPECT_TRUE(reader()->run(bad).ok());
  ASSERT_FALSE(make_reader(folder.path() / "none.db").ok());
  EXPECT_EQ(make_reader(folder.path() / "none.db").error().kind, Errc::NotFound);
}

TEST_F(ReaderTest, StopsAtItsDeadline) {
  process->registry.gauge(kDepth);
  tick();
  const auto result = reader({.deadline = -1ms})->run(query("test_depth", Reduction::Last));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, Errc::Timeout);
}

TEST_F(ReaderTest, StopsWhenItIsInterrupted) {
  process->registry.gauge(kDepth);
  tick();
  const auto interrupted = reader({.deadline = 1h});
  EXPECT_TRUE(interrupted->run(query("test_depth", Reduction::Last)).ok());
  interrupted->interrupt();
  const auto result = interrupted->run(query("test_depth", Reduction::Last));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, Errc::Timeout);
}

TEST_F(ReaderTest, ADamagedTickIsAGapThatIsToldAndCountedOnce) {
  process->registry.gauge(kDepth).set(3);
  tick();
  {
    SQLite::Database database(file().string(), SQLite::OPEN_READWRITE);
    database.exec("UPDATE tick SET payload = x'0105'");
  }
  ReaderOptions told;
  told.health = process->store->health();
  const auto open = reader(told);
  for (int i = 0; i < 2; ++i) {
    const auto result = open->run(query("test_depth", Reduction::Last));
    ASSERT_TRUE(result.ok()) << result.error().text;
    EXPECT_TRUE(result->series.empty());
  }
  EXPECT_GT(told.health->damaged_ticks(), 0u);
  EXPECT_EQ(told.health->damaged_ticks(),
            static_cast<std::uint64_t>(count("SELECT count(*) FROM tick")));
  EXPECT_EQ(told.health->warnings().size(), 1u);
}

TEST_F(ReaderTest, ReadsWhileTheStoreWritesAndSeesWhatIsCommitted) {
  process->registry.gauge(kDepth).set(1);
  tick();
  const auto open = reader();
  for (int i = 0; i < 100; ++i) {
    tick();
    const auto result = open->run(query("test_depth", Reduction::Last));
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->series[0].points.size(), static_cast<std::size_t>(i) + 2);
  }
}

// The increase of the only series over a range, as the API tells it.
struct CountTest : ReaderTest {
  double increase(Query asked) {
    double sum = 0;
    const QueryResult result = ask(asked);
    for (const QuerySeries& series : result.series) {
      double points = 0;
      for (const auto& point : series.points) points += point.value_or(0);
      if (asked.reduction == Reduction::Increase) {
        EXPECT_DOUBLE_EQ(points, series.increase);
      }
      sum += series.increase;
    }
    return sum;
  }
  // Steps that divide the range, that do not, and that are longer than it.
  void expect_increase(double expected, const Query& asked) {
    for (const auto reduction : {Reduction::Increase, Reduction::Rate}) {
      for (const auto step : {10s, 7s, 13s, 61s, 86400s}) {
        Query one = asked;
        one.reduction = reduction;
        one.step = step;
        EXPECT_DOUBLE_EQ(increase(one), expected) << step.count();
      }
    }
  }
  Query last(std::chrono::seconds span) const {
    const SystemTime now = clock.system_now();
    return {"test_jobs_total", {}, now - span, now + 1ms, 10s, Reduction::Increase};
  }
};

TEST_F(CountTest, IsExactWhateverTheStepAndTheCoverage) {
  const auto jobs = process->registry.counter(kJobs, "a");
  clock.advance(3s);
  jobs.add(2);
  tick();
  for (int i = 0; i < 12; ++i) {
    jobs.add(5);
    tick();
  }
  expect_increase(62, last(24h));  // The file is two minutes old.
  expect_increase(62, last(168h));
  expect_increase(30, last(60s));
}

TEST_F(CountTest, IsExactOverRestartsAndGaps) {
  process->registry.counter(kJobs, "a").add(100);
  tick();
  for (const auto pause : {0s, 30s, 3600s}) {
    process = nullptr;
    clock.advance(pause);
    process = start();
    clock.advance(4s);
    process->registry.counter(kJobs, "a").add(7);  // Before the first tick of this start.
    tick();
  }
  clock.advance(120s);  // The disk was full.
  process->registry.counter(kJobs, "a").add(1);
  tick();
  expect_increase(122, last(24h));
  expect_increase(8, last(600s));
}

TEST_F(CountTest, WhatABackupBroughtIsNoIncrease) {
  ASSERT_TRUE(process->store->set_restart_count(3).ok());
  metrics::Total before;
  before.steps = 5000;
  process->registry.restore("test_jobs_total", "a", std::move(before));
  process->registry.counter(kJobs, "a").add(1);
  tick();
  process->registry.counter(kJobs, "a").add(2);
  tick();
  expect_increase(2, last(24h));
}

TEST_F(CountTest, HoldsWhatNoTickHoldsYet) {
  const auto jobs = process->registry.counter(kJobs, "a");
  Query asked = last(24h);
  jobs.add(3);
  clock.advance(2s);
  asked.newest = process->snapshot();
  asked.to = clock.system_now() + 1ms;
  asked.is_known = true;
  expect_increase(3, asked);  // Before the first tick.
  tick();
  jobs.add(4);
  process->registry.counter(kJobs, "born").add(9);
  clock.advance(5s);
  asked.newest = process->snapshot();
  asked.to = clock.system_now() + 1ms;
  expect_increase(16, asked);
  Query one = asked;
  one.labels = {{"kind", "born"}};
  expect_increase(9, one);
  Query earlier = asked;
  earlier.to = clock.system_now() - 6s;
  expect_increase(3, earlier);
  process = nullptr;
  clock.advance(1h);
  process = start();
  process->registry.counter(kJobs, "a").add(10);
  process->registry.counter(kJobs, "born");
  clock.advance(1s);
  asked.newest = process->snapshot();
  asked.to = clock.system_now() + 1ms;
  expect_increase(13, asked);
}

TEST_F(CountTest, AGaugeHasNoSampleBeforeItsSourceHasSpoken) {
  const auto depth = process->registry.gauge(kDepth);
  tick();
  EXPECT_EQ(points(query("test_depth", Reduction::Last)), Points());
  depth.set(39);
  tick();
  EXPECT_EQ(points(query("test_depth", Reduction::Last)), (Points{std::nullopt, 39.0}));
  EXPECT_EQ(points(query("test_depth", Reduction::Avg, 20s)), (Points{39.0}));
}

// The same answers, worked out the plain way from what was committed.
struct Sample {
  std::int64_t ms;
  std::uint64_t steps;
  double number;
  metrics::HistogramTotal total;
};

struct Grown {
  double all = 0;
  double known = 0;  // When it came about, within `seconds`.
  double seconds = 0;
};

std::map<std::int64_t, Grown> sum_increases(const std::vector<Sample>& samples,
                                            std::int64_t begin,
                                            std::int64_t step) {
  std::map<std::int64_t, Grown> sums;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    Grown& sum = sums[(samples[i].ms - begin) / step];
    const std::uint64_t before = i == 0 ? 0 : samples[i - 1].steps;
    const auto grown = static_cast<double>(samples[i].steps - before);
    sum.all += grown;
    const std::int64_t apart = i == 0 ? 0 : samples[i].ms - samples[i - 1].ms;
    if (apart > 25000) continue;
    sum.known += grown;
    sum.seconds += static_cast<double>(apart) / 1000;
  }
  return sums;
}

TEST_F(ReaderTest, AgreesWithAPlainReckoningOverAnIrregularLife) {
  std::mt19937 random(7);
  const auto jobs = process->registry.counter(kJobs, "a");
  const auto depth = process->registry.gauge(kDepth);
  const auto wait = process->registry.histogram(kWait, "q");
  std::vector<Sample> samples;
  for (int i = 0; i < 700; ++i) {
    jobs.add(random() % 50);
    depth.set(static_cast<double>(random() % 1000) / 8);
    for (auto n = random() % 5; n > 0; --n) wait.observe(std::ldexp(1.0, -static_cast<int>(n)));
    const auto snapshot = process->snapshot();
    ASSERT_TRUE(process->store->commit(*snapshot, {}).ok());
    const metrics::Series& series = *snapshot->find_family("test_jobs_total")->series[0];
    const metrics::Series& waits = *snapshot->find_family("test_wait_seconds")->series[0];
    samples.push_back({epoch_ms(clock.system_now()),
                       snapshot->lifetime_steps(series),
                       snapshot->lifetime_sum("test_depth"),
                       snapshot->lifetime_histogram(waits)});
    // Mostly regular, sometimes late, sometimes a gap.
    clock.advance(random() % 40 == 0 ? 90s : 9s + std::chrono::milliseconds(random() % 2000));
  }
  for (const auto step : {1000ms, 10000ms, 37000ms, 600000ms, 10000000ms}) {
    const std::int64_t from = epoch_ms(begin);
    const auto sums = sum_increases(samples, from, step.count());
    std::map<std::int64_t, double> last;
    std::map<std::int64_t, metrics::HistogramTotal> observed;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const std::int64_t at = (samples[i].ms - from) / step.count();
      last[at] = samples[i].number;
      if (i > 0 && samples[i].ms - samples[i - 1].ms > 25000) continue;
      const metrics::HistogramTotal before =
          i > 0 ? samples[i - 1].total : metrics::HistogramTotal();
      observed[at].zero += samples[i].total.zero - before.zero;
      metrics::merge_buckets(observed[at].buckets,
                             metrics::subtract_buckets(samples[i].total.buckets, before.buckets));
    }
    const Points increase = points(query("test_jobs_total", Reduction::Increase, step));
    const Points rate = points(query("test_jobs_total", Reduction::Rate, step));
    const Points number = points(query("test_depth", Reduction::Last, step));
    const Points p95 = points(query("test_wait_seconds", Reduction::P95, step));
    ASSERT_EQ(increase.size(), number.size());
    for (std::size_t i = 0; i < increase.size(); ++i) {
      const auto key = static_cast<std::int64_t>(i);
      const auto sum = sums.find(key);
      ASSERT_EQ(increase[i].has_value(), sum != sums.end());
      if (increase[i]) {
        EXPECT_DOUBLE_EQ(*increase[i], sum->second.all);
      }
      ASSERT_EQ(rate[i].has_value(), sum != sums.end() && sum->second.seconds > 0);
      if (rate[i]) {
        EXPECT_DOUBLE_EQ(*rate[i], sum->second.known / sum->second.seconds);
      }
      ASSERT_EQ(number[i].has_value(), last.contains(key));
      if (number[i]) {
        EXPECT_EQ(*number[i], last[key]);
      }
      const bool any = observed.contains(key) && observed[key].count() > 0;
      ASSERT_EQ(p95[i].has_value(), any);
      if (!any) continue;
      const auto& seen = observed[key];
      EXPECT_EQ(*p95[i], metrics::quantile(0.95, seen.zero, seen.buckets));
    }
  }
}

}  // namespace
}  // namespace discern::history
