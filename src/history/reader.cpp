#include "history/reader.hpp"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <unordered_map>

#include "history/schema.hpp"
#include "history/tick_scan.hpp"

namespace discern::history {
namespace {

constexpr int kBusyMs = 1000;
constexpr std::int64_t kMaxAnnotations = 10000;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Labels make_labels(std::string_view names, std::string_view key) {
  std::vector<std::string> values = split(key, metrics::kKeySeparator);
  std::vector<std::string> split_names = split(names, ',');
  values.resize(split_names.size());
  Labels labels;
  for (std::size_t i = 0; i < values.size(); ++i) {
    labels.emplace_back(std::move(split_names[i]), std::move(values[i]));
  }
  return labels;
}

// A label that a series does not have matches the empty value.
bool matches(const Labels& labels, const Labels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& want) {
    const auto at = std::find_if(
        labels.begin(), labels.end(), [&](const auto& label) { return label.first == want.first; });
    return at == labels.end() ? want.second.empty() : at->second == want.second;
  });
}

// A TopK is asked for its total; a Distinct's estimate is a gauge.
bool fits(Reduction reduction, std::string_view kind) {
  const bool counts = kind == "counter" || kind == "topk";
  switch (reduction) {
    case Reduction::Last:
    case Reduction::Avg:
      return !counts && kind != "histogram";
    case Reduction::Rate:
    case Reduction::Increase:
      return counts || kind == "histogram";
    default:
      return kind == "histogram";
  }
}

std::string_view advice(std::string_view kind) {
  if (kind == "histogram") return "ask for its rate, increase, p50, p95 or p99";
  if (fits(Reduction::Rate, kind)) return "ask for its rate or increase";
  return "ask for its last or average value";
}

struct StoredSeries {
  std::uint32_t id = 0;
  std::string key;
  bool is_current = false;  // Of the kind and unit that the family has in this program.
  std::int64_t first_tick = 0;
  double unit = 1;
  Labels labels;
};

Result<StepGrid> make_grid(const Query& query) {
  const std::int64_t begin = epoch_ms(query.from);
  const std::int64_t end = epoch_ms(query.to);
  const std::int64_t step = query.step.count();
  if (step < 1) return Error(Errc::Invalid, "the step must be at least a millisecond");
  if (end <= begin) return Error(Errc::Invalid, "the range must end after it begins");
  const auto steps = static_cast<std::size_t>((end - begin - 1) / step + 1);
  return StepGrid{begin, step, steps};
}

// The series of an answer, and who follows them.
class Answer {
 public:
  Answer(const Query& query, const StepGrid& grid, std::size_t max_points)
      : query_(query), grid_(grid), max_points_(max_points) {}

  Result<void> add(const StoredSeries& series) {
    auto points = points_of(series.labels);
    if (!points) return std::move(points).error();
    Follower follower(**points, grid_, series.unit, series.first_tick);
    const auto at = followers_.try_emplace(series.id, follower).first;
    if (series.is_current) current_[series.key] = &at->second;
    return {};
  }
  Follower* find(std::uint32_t id) {
    const auto at = followers_.find(id);
    return at == followers_.end() ? nullptr : &at->second;
  }

  // What came after the last tick, which was at `last_tick_ms` (0: there is none).
  Result<void> add_newest(const metrics::Snapshot& newest,
                          std::int64_t last_tick_ms,
                          bool after_made_up) {
    Moment at;
    at.tick = std::numeric_limits<std::int64_t>::max();
    at.begins_at_zero = after_made_up;
    at.time_ms = epoch_ms(newest.time());
    const metrics::FamilySeries* family = newest.find_family(query_.family);
    if (family == nullptr || !grid_.find(at.time_ms) || at.time_ms >= epoch_ms(query_.to) ||
        at.time_ms <= last_tick_ms || !fits(query_.reduction, to_string(family->family->kind))) {
      return {};
    }
    const std::int64_t begin = std::max(last_tick_ms, epoch_ms(newest.process_start()));
    at.since_ms = std::max<std::int64_t>(at.time_ms - begin, 0);
    for (const metrics::Series* series : family->series) {
      if (series->id() >= newest.series_count()) continue;
      auto follower = follower_of(*series);
      if (!follower) return std::move(follower).error();
      if (*follower != nullptr) take(newest, *series, at, **follower);
    }
    return {};
  }

  std::vector<QuerySeries> take() {
    std::vector<QuerySeries> out;
    for (auto& [labels, series] : points_) {
      QuerySeries one{labels, series.take()};
      const bool any =
          std::any_of(one.points.begin(), one.points.end(), [](auto& v) { return v.has_value(); });
      if (!any && series.increase() == 0) continue;
      one.increase = series.increase();
      one.grew_in = std::chrono::milliseconds(series.grew_in_ms());
      one.total = series.total();
      out.push_back(std::move(one));
    }
    return out;
  }

 private:
  // A family that changed its unit or kind has two stored series of the same labels.
  Result<Points*> points_of(const Labels& labels) {
    if (grid_.steps > max_points_ / (points_.size() + 1)) {
      return Error(Errc::Limit,
                   fmt::format("the answer would have more than {} points; take a longer step, a "
                               "shorter range or fewer label values",
                               max_points_));
    }
    return &points_.try_emplace(labels, query_.reduction, grid_.steps).first->second;
  }
  // Of a series that no tick has yet, a new one; null when it is not asked for.
  Result<Follower*> follower_of(const metrics::Series& series) {
    const auto known = current_.find(series.key());
    if (known != current_.end()) return known->second;
    Labels labels;
    for (std::size_t i = 0; i < series.family().key_label_count(); ++i) {
      labels.emplace_back(series.family().labels[i], series.label(i));
    }
    if (!matches(labels, query_.labels)) return nullptr;
    auto points = points_of(labels);
    if (!points) return std::move(points).error();
    return &newborn_.emplace_back(**points, grid_, series.family().step, 0);
  }
  // Where no tick says what a total was before, this process began with what it was given.
  static void take(const metrics::Snapshot& newest,
                   const metrics::Series& series,
                   const Moment& at,
                   Follower& follower) {
    const metrics::Total* base = series.base();
    if (series.family().kind == metrics::Kind::Histogram) {
      follower.begin_with(base != nullptr ? base->histogram : metrics::HistogramTotal());
      follower.take_histogram(at, newest.lifetime_histogram(series));
    } else if (series.family().kind == metrics::Kind::Counter) {
      follower.begin_with(base != nullptr ? base->steps : 0);
      follower.take_steps(at, newest.lifetime_steps(series));
    } else {
      follower.take_steps(at, newest.steps(series));
    }
  }

  const Query& query_;
  const StepGrid& grid_;
  const std::size_t max_points_;
  std::map<Labels, Points> points_;
  std::unordered_map<std::uint32_t, Follower> followers_;
  std::map<std::string, Follower*, std::less<>> current_;
  std::deque<Follower> newborn_;
};

class SqliteReader final : public Reader {
 public:
  SqliteReader(std::filesystem::path file, const ReaderOptions& options)
      : file_(std::move(file)), options_(options) {}

  // Opens the file, and opens it again when the Store has replaced it.
  Result<void> prepare() {
    struct stat about {};
    if (::stat(file_.c_str(), &about) != 0) {
      return Error(Errc::NotFound,
                   "there is no history yet: " + file_.string() + " does not exist");
    }
    const std::pair now{about.st_dev, about.st_ino};
    if (database_ && now == identity_) return {};
    scan_.reset();
    database_.emplace(file_.string(), SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX, kBusyMs);
    limit_lengths(*database_);
    auto checked = check_version(*database_);
    if (!checked) {
      database_.reset();
      return checked;
    }
    scan_.emplace(*database_, options_.health);
    identity_ = now;
    return {};
  }

  Result<QueryResult> run(const Query& query) override {
    Result<StepGrid> grid = make_grid(query);
    if (!grid) return std::move(grid).error();
    return reading<QueryResult>([&]() -> Result<QueryResult> {
      const Deadline deadline(*database_, options_.deadline, &interrupted_);
      // One view of the file, whatever is written meanwhile.
      const SQLite::Transaction view(*database_);
      Result<std::vector<StoredSeries>> series = find_series(query);
      if (!series) return std::move(series).error();
      return answer(query, *grid, *series, deadline);
    });
  }

  Result<std::vector<SeriesInfo>> series() override {
    return reading<std::vector<SeriesInfo>>([&]() -> Result<std::vector<SeriesInfo>> {
      const Deadline deadline(*database_, options_.deadline, &interrupted_);
      SQLite::Statement select(*database_,
                               "SELECT series.id, name, labels, key, kind, unit FROM series "
                               "JOIN family ON family.id = family ORDER BY name, series.id");
      std::vector<SeriesInfo> found;
      for (Use row(select); row.next();) {
        found.push_back({row.integer_at(0),
                         row.text_at(1),
                         make_labels(row.text_at(2), row.blob_at(3)),
                         row.text_at(4),
                         row.text_at(5)});
      }
      return found;
    });
  }

  void interrupt() override { interrupted_.store(true, std::memory_order_relaxed); }

 private:
  Result<std::vector<StoredSeries>> find_series(const Query& query);
  Result<QueryResult> answer(const Query& query,
                             const StepGrid& grid,
                             const std::vector<StoredSeries>& stored,
                             const Deadline& deadline);
  std::vector<Annotation> read_annotations(const Query& query);
  template <class Value, class Work>
  Result<Value> reading(Work work) {
    auto read = fenced("cannot read history", [&]() -> Result<Value> {
      if (auto ready = prepare(); !ready) return std::move(ready).error();
      return work();
    });
    if (read || read.error().kind != Errc::Corrupt) return read;
    report(read.error().text);
    return Error(Errc::Unavailable,
                 read.error().text + "; the file is checked and repaired within a minute");
  }
  void report(const std::string& found) {
    if (options_.health) options_.health->suspect(found);
  }

  const std::filesystem::path file_;
  const ReaderOptions options_;
  std::optional<SQLite::Database> database_;
  std::pair<dev_t, ino_t> identity_{};  // Of the open file.
  std::optional<TickScan> scan_;
  std::atomic<bool> interrupted_ = false;
};

Result<std::vector<StoredSeries>> SqliteReader::find_series(const Query& query) {
  SQLite::Statement select(
      *database_,
      "SELECT kind, step, labels, series.id, key, first_tick, unit FROM family "
      "JOIN series ON family = family.id WHERE name = ? ORDER BY series.id");
  std::vector<StoredSeries> found;
  std::string kind;
  bool any_fits = false;
  const metrics::FamilySeries* now =
      query.newest ? query.newest->find_family(query.family) : nullptr;
  Use row(select);
  for (row.text(query.family); row.next();) {
    kind = row.text_at(0);
    if (!fits(query.reduction, kind)) continue;
    any_fits = true;
    const bool is_current = now != nullptr && kind == to_string(now->family->kind) &&
                            row.text_at(6) == to_string(now->family->unit) &&
                            row.real_at(1) == now->family->step;
    StoredSeries series{static_cast<std::uint32_t>(row.integer_at(3)),
                        std::string(row.blob_at(4)),
                        is_current,
                        row.integer_at(5),
                        row.real_at(1),
                        make_labels(row.text_at(2), row.blob_at(4))};
    if (matches(series.labels, query.labels)) found.push_back(std::move(series));
  }
  if (kind.empty() && query.is_known) return found;
  if (kind.empty()) {
    return Error(Errc::NotFound, fmt::format("history holds no family \"{}\"", query.family));
  }
  if (!any_fits) {
    return Error(Errc::Invalid, fmt::format("{} is a {}: {}", query.family, kind, advice(kind)));
  }
  return found;
}

Result<QueryResult> SqliteReader::answer(const Query& query,
                                         const StepGrid& grid,
                                         const std::vector<StoredSeries>& stored,
                                         const Deadline& deadline) {
  Answer answer(query, grid, options_.max_points);
  for (const StoredSeries& series : stored) {
    if (auto added = answer.add(series); !added) return std::move(added).error();
  }
  QueryResult result{query.from, query.step, {}, read_annotations(query)};
  const auto find = [&](std::uint32_t id) { return answer.find(id); };
  if (!stored.empty()) {
    const std::int64_t end_ms = epoch_ms(query.to);
    auto done = fenced("cannot read the ticks",
                       [&] { return scan_->run(grid.begin_ms, end_ms, find, deadline); });
    if (!done && done.error().kind != Errc::Corrupt) return std::move(done).error();
    // What was read up to the damaged page is shown.
    if (!done) report(done.error().text);
  }
  if (query.newest) {
    auto added = answer.add_newest(*query.newest,
                                   stored.empty() ? 0 : scan_->last_time_ms(),
                                   !stored.empty() && scan_->last_is_made_up());
    if (!added) return std::move(added).error();
  }
  result.series = answer.take();
  return result;
}

std::vector<Annotation> SqliteReader::read_annotations(const Query& query) {
  SQLite::Statement select(*database_,
                           "SELECT time_ms, kind, text FROM annotation "
                           "WHERE time_ms >= ? AND time_ms < ? ORDER BY time_ms, id LIMIT ?");
  std::vector<Annotation> found;
  Use row(select);
  row.integer(epoch_ms(query.from)).integer(epoch_ms(query.to)).integer(kMaxAnnotations);
  const auto read = fenced("cannot read the annotations", [&]() -> Result<void> {
    while (row.next()) {
      found.push_back({from_epoch_ms(row.integer_at(0)), row.text_at(1), row.text_at(2)});
    }
    return {};
  });
  if (!read) report(read.error().text);
  return found;
}

}  // namespace

Result<std::unique_ptr<Reader>> make_reader(const std::filesystem::path& file,
                                            const ReaderOptions& options) {
  using Made = Result<std::unique_ptr<Reader>>;
  Made made = fenced("cannot open " + file.string(), [&]() -> Made {
    auto reader = std::make_unique<SqliteReader>(file, options);
    if (auto ready = reader->prepare(); !ready) {
      if (ready.error().kind == Errc::NotFound) return std::move(ready).error();
      return wrap("cannot open " + file.string(), std::move(ready).error());
    }
    return std::unique_ptr<Reader>(std::move(reader));
  });
  if (made || made.error().kind != Errc::Corrupt) return made;
  if (options.health) options.health->suspect(made.error().text);
  return Error(Errc::Unavailable,
               made.error().text + "; the file is checked and repaired within a minute");
}

}  // namespace discern::history
