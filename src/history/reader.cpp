#include "history/reader.hpp"

#include <fmt/core.h>

#include <algorithm>
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

class SqliteReader final : public Reader {
 public:
  SqliteReader(const std::filesystem::path& file, const ReaderOptions& options)
      : options_(options),
        database_(file.string(), SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX, kBusyMs) {}

  Result<void> prepare() {
    if (auto checked = check_version(database_); !checked) return checked;
    scan_.emplace(database_);
    return {};
  }

  Result<QueryResult> run(const Query& query) override {
    Result<StepGrid> grid = make_grid(query);
    if (!grid) return std::move(grid).error();
    return fenced("cannot read history", [&]() -> Result<QueryResult> {
      const Deadline deadline(database_, options_.deadline, &interrupted_);
      // One view of the file, whatever is written meanwhile.
      const SQLite::Transaction view(database_);
      Result<std::vector<StoredSeries>> series = find_series(query);
      if (!series) return std::move(series).error();
      return answer(query, *grid, *series, deadline);
    });
  }

  Result<std::vector<SeriesInfo>> series() override {
    return fenced("cannot read history", [&]() -> Result<std::vector<SeriesInfo>> {
      const Deadline deadline(database_, options_.deadline, &interrupted_);
      SQLite::Statement select(database_,
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

  const ReaderOptions options_;
  SQLite::Database database_;
  std::optional<TickScan> scan_;
  std::atomic<bool> interrupted_ = false;
};

Result<std::vector<StoredSeries>> SqliteReader::find_series(const Query& query) {
  SQLite::Statement select(database_,
                           "SELECT kind, step, labels, series.id, key, first_tick FROM family "
                           "JOIN series ON family = family.id WHERE name = ? ORDER BY series.id");
  std::vector<StoredSeries> found;
  std::string kind;
  bool any_fits = false;
  Use row(select);
  for (row.text(query.family); row.next();) {
    kind = row.text_at(0);
    if (!fits(query.reduction, kind)) continue;
    any_fits = true;
    StoredSeries series{static_cast<std::uint32_t>(row.integer_at(3)),
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
  // A family that changed its unit or kind has two stored series of the same labels.
  std::map<Labels, Points> points;
  std::unordered_map<std::uint32_t, Follower> followers;
  for (const StoredSeries& series : stored) {
    if (grid.steps > options_.max_points / (points.size() + 1)) {
      return Error(Errc::Limit,
                   fmt::format("the answer would have more than {} points; take a longer step, a "
                               "shorter range or fewer label values",
                               options_.max_points));
    }
    auto at = points.try_emplace(series.labels, query.reduction, grid.steps).first;
    followers.try_emplace(series.id, at->second, grid, series.unit, series.first_tick);
  }
  const auto find = [&](std::uint32_t id) {
    const auto at = followers.find(id);
    return at == followers.end() ? nullptr : &at->second;
  };
  QueryResult result{query.from, query.step, {}, read_annotations(query)};
  if (!followers.empty()) {
    const std::int64_t end_ms = epoch_ms(query.to);
    if (auto done = scan_->run(grid.begin_ms, end_ms, find, deadline); !done) {
      return std::move(done).error();
    }
  }
  for (auto& [labels, series] : points) {
    std::vector<std::optional<double>> values = series.take();
    const bool any =
        std::any_of(values.begin(), values.end(), [](auto& v) { return v.has_value(); });
    if (any) result.series.push_back({labels, std::move(values)});
  }
  return result;
}

std::vector<Annotation> SqliteReader::read_annotations(const Query& query) {
  SQLite::Statement select(database_,
                           "SELECT time_ms, kind, text FROM annotation "
                           "WHERE time_ms >= ? AND time_ms < ? ORDER BY time_ms, id LIMIT ?");
  std::vector<Annotation> found;
  Use row(select);
  row.integer(epoch_ms(query.from)).integer(epoch_ms(query.to)).integer(kMaxAnnotations);
  while (row.next()) {
    found.push_back({from_epoch_ms(row.integer_at(0)), row.text_at(1), row.text_at(2)});
  }
  return found;
}

}  // namespace

Result<std::unique_ptr<Reader>> make_reader(const std::filesystem::path& file,
                                            const ReaderOptions& options) {
  std::error_code ec;
  if (!std::filesystem::exists(file, ec)) {
    return Error(Errc::NotFound, "there is no history yet: " + file.string() + " does not exist");
  }
  return fenced("cannot open " + file.string(), [&]() -> Result<std::unique_ptr<Reader>> {
    auto reader = std::make_unique<SqliteReader>(file, options);
    if (auto ready = reader->prepare(); !ready) {
      return wrap("cannot open " + file.string(), std::move(ready).error());
    }
    return std::unique_ptr<Reader>(std::move(reader));
  });
}

}  // namespace discern::history
