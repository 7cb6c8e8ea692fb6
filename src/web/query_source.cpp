#include "web/query_source.hpp"

#include <cmath>
#include <utility>

#include "web/json_writer.hpp"

namespace discern::web {
namespace {

constexpr std::size_t kPiece = 32 * 1024;

std::string labels_json(const history::Labels& labels) {
  std::string out;
  JsonWriter writer(out);
  writer.open_object();
  for (const auto& [name, value] : labels) writer.text(name, value);
  writer.close_object();
  return out;
}

std::string tail_json(const std::vector<history::Annotation>& annotations) {
  std::string out = "],\"annotations\":";
  JsonWriter writer(out);
  writer.open_array();
  for (const history::Annotation& mark : annotations) {
    writer.open_object()
        .number("t", epoch_seconds(mark.time))
        .text("kind", mark.kind)
        .text("text", mark.text)
        .close_object();
  }
  writer.close_array();
  out.push_back('}');
  return out;
}

// What a counter grew by in the whole range, behind its points.
std::string counts_json(const history::Query& query, const history::QuerySeries& series) {
  std::string out;
  if (query.reduction != history::Reduction::Rate &&
      query.reduction != history::Reduction::Increase) {
    return out;
  }
  out.append(",\"increase\":");
  append_json_number(out, series.increase);
  out.append(",\"seconds\":");
  append_json_number(out, seconds(series.grew_in));
  out.append(",\"total\":");
  append_json_number(out, series.total);
  return out;
}

}  // namespace

QuerySource::QuerySource(const history::Query& query, history::QueryResult result)
    : tail_(tail_json(result.annotations)),
      from_(epoch_seconds(result.from)),
      step_(seconds(result.step)) {
  JsonWriter(head_)
      .open_object()
      .number("from", from_)
      .number("to", epoch_seconds(query.to))
      .number("step", step_)
      .open_array("series");
  series_.reserve(result.series.size());
  for (history::QuerySeries& series : result.series) {
    series_.push_back(
        {labels_json(series.labels), PointPack(series.points), counts_json(query, series)});
    // Both forms of everything need not be there at the same time.
    std::vector<std::optional<double>>().swap(series.points);
  }
}

std::size_t QuerySource::held_bytes() const {
  std::size_t bytes = head_.capacity() + tail_.capacity() + series_.capacity() * sizeof(Series);
  for (const Series& series : series_)
    bytes += series.labels.capacity() + series.points.held_bytes() + series.counts.capacity();
  return bytes;
}

bool QuerySource::append_points(std::string& out, Series& series, std::size_t full) {
  for (; at_point_ < series.points.size(); ++at_point_) {
    if (out.size() >= full && at_point_ > 0) return false;
    if (at_point_ > 0) out.push_back(',');
    // Milliseconds, or the sum of many steps would show its rounding.
    const double t = std::round((from_ + step_ * static_cast<double>(at_point_)) * 1000) / 1000;
    out.push_back('[');
    append_json_number(out, t);
    out.push_back(',');
    append_json_number(out, series.points.next().value_or(NAN));
    out.push_back(']');
  }
  return true;
}

bool QuerySource::append_piece(std::string& out) {
  const std::size_t full = out.size() + kPiece;
  out.append(std::exchange(head_, {}));
  for (; at_series_ < series_.size(); ++at_series_) {
    Series& series = series_[at_series_];
    if (at_point_ == 0) {
      if (at_series_ > 0) out.push_back(',');
      out.append("{\"labels\":").append(series.labels).append(",\"points\":[");
    }
    if (!append_points(out, series, full)) return true;
    out.append("]").append(series.counts).push_back('}');
    at_point_ = 0;
  }
  out.append(tail_);
  return false;
}

}  // namespace discern::web
