#include "export/prometheus_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "metrics/buckets.hpp"

namespace discern::exporter {
namespace {

using metrics::Descriptor;
using metrics::FamilySeries;
using metrics::HistogramView;
using metrics::Kind;
using metrics::Series;
using metrics::Snapshot;
using metrics::Unit;

void append_integer(std::string& out, std::uint64_t value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out.append("NaN");
    return;
  }
  if (std::isinf(value)) {
    out.append(value > 0 ? "+Inf" : "-Inf");
    return;
  }
  // Integers print five times faster than the shortest double, and most values are integers.
  if (value >= 0 && value < 9.0e15 && value == std::floor(value)) {
    append_integer(out, static_cast<std::uint64_t>(value));
    return;
  }
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

// Upper bounds of the classic buckets: powers of two, and their text.
struct Edge {
  int exponent;
  std::string text;
};

std::vector<Edge> make_edges(int first, int last, int stride) {
  std::vector<Edge> edges;
  for (int exponent = first; exponent <= last; exponent += stride) {
    Edge edge{exponent, {}};
    append_number(edge.text, std::exp2(exponent));
    edges.push_back(std::move(edge));
  }
  return edges;
}

// Seconds: 122 µs to 64 s, 20 buckets. Everything else: 1 to 2^34 in steps of four, 18 buckets.
const std::vector<Edge>& edges_of(Unit unit) {
  static const std::vector<Edge> kSeconds = make_edges(-13, 6, 1);
  static const std::vector<Edge> kOthers = make_edges(0, 34, 2);
  return unit == Unit::Seconds ? kSeconds : kOthers;
}

std::string_view type_name(Kind kind) {
  switch (kind) {
    case Kind::Counter:
      return "counter";
    case Kind::Histogram:
      return "histogram";
    default:
      return "gauge";
  }
}

// HELP text: a backslash and a line feed are escaped; OpenMetrics escapes the quote too.
void append_help(std::string& out, std::string_view help, TextFormat format) {
  for (const char c : help) {
    if (c == '\n') {
      out.append("\\n");
      continue;
    }
    if (c == '\\' || (c == '"' && format == TextFormat::OpenMetrics)) out.push_back('\\');
    out.push_back(c);
  }
}

class Writer {
 public:
  Writer(std::string& out, const Snapshot& snapshot, TextFormat format)
      : out_(out), snapshot_(snapshot), format_(format) {
    if (format == TextFormat::OpenMetrics) {
      append_number(created_, epoch_seconds(snapshot.process_start()));
    }
  }

  void family(const FamilySeries& family) {
    const Descriptor& d = *family.family;
    base_ = d.name;
    const bool open = format_ == TextFormat::OpenMetrics;
    if (open && d.kind == Kind::Counter) base_.remove_suffix(std::string_view("_total").size());
    header(d, open ? base_ : d.name);
    for (const Series* series : family.series) {
      // Series that came after this snapshot was taken are not in it.
      if (series->id() >= snapshot_.series_count()) break;
      if (d.kind == Kind::Histogram) {
        histogram(d, *series);
      } else {
        sample(d.name, series->labels_text());
        value(d, *series);
        if (open && d.kind == Kind::Counter) created(series->labels_text());
      }
    }
  }

 private:
  void header(const Descriptor& d, std::string_view name) {
    out_.append("# HELP ").append(name).push_back(' ');
    append_help(out_, d.help, format_);
    out_.append("\n# TYPE ").append(name).append(" ").append(type_name(d.kind)).push_back('\n');
    if (format_ == TextFormat::OpenMetrics && d.unit != Unit::None) {
      out_.append("# UNIT ").append(name).append(" ").append(to_string(d.unit)).push_back('\n');
    }
  }

  void sample(std::string_view name, std::string_view labels) {
    out_.append(name).append(labels).push_back(' ');
  }

  void value(const Descriptor& d, const Series& series) {
    if (d.kind == Kind::Counter && d.step == 1) {
      append_integer(out_, snapshot_.steps(series));
    } else {
      append_number(out_, snapshot_.value(series));
    }
    out_.push_back('\n');
  }

  void created(std::string_view labels) {
    out_.append(base_).append("_created").append(labels).append(" ").append(created_);
    out_.push_back('\n');
  }

  void bucket(const Descriptor& d, std::string_view labels, std::string_view le, std::uint64_t n) {
    out_.append(d.name).append("_bucket");
    if (labels.empty()) {
      out_.push_back('{');
    } else {
      out_.append(labels.substr(0, labels.size() - 1)).push_back(',');
    }
    out_.append("le=\"").append(le);
    if (format_ == TextFormat::OpenMetrics && le.find_first_of(".I") == le.npos) out_.append(".0");
    out_.append("\"} ");
    append_integer(out_, n);
    out_.push_back('\n');
  }

  void histogram(const Descriptor& d, const Series& series) {
    const HistogramView view = snapshot_.histogram(series);
    const std::string_view labels = series.labels_text();
    std::uint64_t cumulated = view.zero;
    std::size_t next = 0;
    for (const Edge& edge : edges_of(d.unit)) {
      const int below = edge.exponent * metrics::kBucketsPerOctave;
      while (next < view.buckets.size() && view.buckets[next].index < below) {
        cumulated += view.buckets[next++].count;
      }
      bucket(d, labels, edge.text, cumulated);
    }
    bucket(d, labels, "+Inf", view.count);
    out_.append(d.name).append("_sum").append(labels).push_back(' ');
    append_number(out_, view.sum);
    out_.append("\n").append(d.name).append("_count").append(labels).push_back(' ');
    append_integer(out_, view.count);
    out_.push_back('\n');
    if (format_ == TextFormat::OpenMetrics) created(labels);
  }

  std::string& out_;
  const Snapshot& snapshot_;
  const TextFormat format_;
  std::string created_;
  std::string_view base_;
};

}  // namespace

std::string_view content_type(TextFormat format) {
  return format == TextFormat::OpenMetrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

TextFormat negotiate(std::string_view accept) {
  return accept.find("application/openmetrics-text") != accept.npos ? TextFormat::OpenMetrics
                                                                    : TextFormat::Prometheus;
}

void append_text(std::string& out, const Snapshot& snapshot, TextFormat format) {
  Writer writer(out, snapshot, format);
  for (const FamilySeries& family : snapshot.layout()) {
    if (!family.series.empty()) writer.family(family);
  }
  if (format == TextFormat::OpenMetrics) out.append("# EOF\n");
}

}  // namespace discern::exporter
