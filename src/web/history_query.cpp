#include "web/history_query.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "metrics/catalogue.hpp"
#include "web/json_writer.hpp"
#include "web/query_source.hpp"

namespace discern::web {
namespace {

constexpr std::pair<std::string_view, history::Reduction> kFunctions[] = {
    {"last", history::Reduction::Last},
    {"avg", history::Reduction::Avg},
    {"rate", history::Reduction::Rate},
    {"increase", history::Reduction::Increase},
    {"p50", history::Reduction::P50},
    {"p95", history::Reduction::P95},
    {"p99", history::Reduction::P99},
};

// The span between two times, and a step beyond one, must fit into SystemTime, which counts
// nanoseconds: 292 years. So times reach from 1843 to 2096.
constexpr double kMostSeconds = 4e9;

// Milliseconds of a number of seconds. Nothing when it is none, or too large.
std::optional<std::int64_t> to_ms(double seconds) {
  if (!(std::fabs(seconds) <= kMostSeconds)) return std::nullopt;
  return std::llround(seconds * 1000);
}

Error invalid(std::string text) {
  return Error(Errc::Invalid, std::move(text));
}

Result<void> read_times(history::Query& query, const QueryParameters& parameters, SystemTime now) {
  const double to_s = parameters.number("to").value_or(epoch_seconds(now));
  const auto to = to_ms(to_s);
  const auto from = to_ms(parameters.number("from").value_or(to_s - 3600));
  if (!from || !to) {
    return invalid("Give from and to as times in seconds since 1970, none beyond the year 2096.");
  }
  if (*from >= *to) return invalid("Give a from that is before to.");
  // A default step is a whole number of seconds.
  const double standard = std::max(1.0, std::ceil(static_cast<double>(*to - *from) / 300'000));
  const auto step = to_ms(parameters.number("step").value_or(standard));
  if (!step || *step <= 0) return invalid("Give step as a number of seconds above 0.");
  query.from = from_epoch_ms(*from);
  query.to = from_epoch_ms(*to);
  query.step = std::chrono::milliseconds(*step);
  return {};
}

bool is_built_in(std::string_view family) {
  return std::any_of(std::begin(metrics::catalogue::kAll),
                     std::end(metrics::catalogue::kAll),
                     [&](const metrics::Descriptor* known) { return known->name == family; });
}

void append_labels(JsonWriter& writer, const history::Labels& labels) {
  writer.open_object("labels");
  for (const auto& [name, value] : labels) writer.text(name, value);
  writer.close_object();
}

}  // namespace

Result<history::Query> parse_query(const QueryParameters& parameters, SystemTime now) {
  history::Query query;
  const std::string* name = parameters.find("name");
  if (name == nullptr || name->empty()) {
    return invalid("Give name, the name of a metric; /api/v1/series lists them.");
  }
  query.family = *name;
  query.is_known = is_built_in(*name);
  if (Result<void> times = read_times(query, parameters, now); !times) {
    return std::move(times).error();
  }
  if (const std::string* wanted = parameters.find("fn")) {
    bool known = false;
    for (const auto& [text, function] : kFunctions) {
      if (*wanted != text) continue;
      query.reduction = function;
      known = true;
    }
    if (!known) return invalid("Give fn as last, rate, increase, avg, p50, p95 or p99.");
  }
  constexpr std::string_view kLabel = "label.";
  for (const auto& [key, value] : parameters.all()) {
    if (key.starts_with(kLabel)) query.labels.emplace_back(key.substr(kLabel.size()), value);
  }
  return query;
}

std::string query_json(const history::Query& query, history::QueryResult result) {
  QuerySource source(query, std::move(result));
  std::string out;
  while (source.append_piece(out)) {
  }
  return out;
}

std::string series_json(const std::vector<history::SeriesInfo>& all) {
  std::string out;
  JsonWriter writer(out);
  writer.open_object().open_array("series");
  for (const history::SeriesInfo& series : all) {
    writer.open_object().number("id", static_cast<double>(series.id)).text("name", series.family);
    append_labels(writer, series.labels);
    writer.text("kind", series.kind).text("unit", series.unit).close_object();
  }
  writer.close_array().close_object();
  return out;
}

}  // namespace discern::web
