#include "export/prometheus_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "export/text_block.hpp"
#include "metrics/buckets.hpp"

namespace discern::exporter {
namespace {

using metrics::Descriptor;
using metrics::Exemplar;
using metrics::FamilySeries;
using metrics::HistogramView;
using metrics::Kind;
using metrics::Series;
using metrics::Snapshot;
using metrics::TopKItem;
using metrics::TopKView;
using metrics::Unit;

// More than any name, label or number of a line needs beside the labels' text.
constexpr std::size_t kLineRoom = 512;

// One classic bucket: `le` at a power of two, and what stands in the line after the other labels.
struct Edge {
  int exponent;
  std::string text;
};

std::vector<Edge> make_edges(int first, int last, int stride, TextFormat format) {
  std::vector<Edge> edges;
  for (int exponent = first; exponent <= last; exponent += stride) {
    Edge edge{exponent, "le=\""};
    TextBlock(edge.text).put_number(std::exp2(exponent));
    // OpenMetrics wants to see that it is a floating point number.
    if (format == TextFormat::OpenMetrics && exponent >= 0) edge.text.append(".0");
    edge.text.append("\"} ");
    edges.push_back(std::move(edge));
  }
  return edges;
}

// Seconds: 122 µs to 64 s, 20 buckets. Everything else: 1 to 2^34 in steps of four, 18 buckets.
const std::vector<Edge>& edges_of(Unit unit, TextFormat format) {
  const auto both = [](int first, int last, int stride) {
    return std::array{make_edges(first, last, stride, TextFormat::Prometheus),
                      make_edges(first, last, stride, TextFormat::OpenMetrics)};
  };
  static const auto kSeconds = both(-13, 6, 1);
  static const auto kOthers = both(0, 34, 2);
  return (unit == Unit::Seconds ? kSeconds : kOthers)[format == TextFormat::OpenMetrics ? 1 : 0];
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

// How many decimal digits a step has, or -1 when it is no power of ten.
int decimal_digits(double step) {
  double power = 1;
  for (int digits = 0; digits <= 12; ++digits, power *= 10) {
    if (1 / power == step) return digits;
  }
  return -1;
}

class Writer {
 public:
  Writer(std::string& out, const Snapshot& snapshot, TextFormat format, const TextOptions& options)
      : block_(out), snapshot_(snapshot), options_(options), format_(format) {
    TextBlock(created_).put_number(epoch_seconds(snapshot.process_start()));
    created_.push_back('\n');
    prefix_.reserve(kLineRoom);
    escaped_.reserve(kLineRoom);
  }

  void family(const FamilySeries& family) {
    const Descriptor& d = *family.family;
    if (d.kind == Kind::Gauge && !any_is_known(family)) return;
    base_ = d.name;
    if (open() && d.kind == Kind::Counter) base_.remove_suffix(std::string_view("_total").size());
    header(d);
    switch (d.kind) {
      case Kind::Counter:
        return counters(family, decimal_digits(d.step));
      case Kind::Histogram:
        for (const Series* series : family.series) histogram(d, *series);
        return;
      case Kind::TopK:
        for (const Series* series : family.series) topk(d, *series);
        return;
      case Kind::Gauge:
      case Kind::Distinct:
        for (const Series* series : family.series) {
          const double value = snapshot_.value(*series);
          if (std::isnan(value)) continue;  // Not known yet: no sample.
          sample(d.name, *series);
          block_.put_number(value);
          block_.put('\n');
        }
    }
  }

 private:
  bool open() const { return format_ == TextFormat::OpenMetrics; }

  void header(const Descriptor& d) {
    block_.ensure(kLineRoom);
    block_.put("# HELP ");
    block_.put(base_);
    block_.put(' ');
    // A backslash and a line feed are escaped; OpenMetrics escapes the quote too.
    for (const char c : d.help) {
      block_.ensure(kLineRoom);
      if (c == '\\' || c == '\n' || (c == '"' && open())) block_.put('\\');
      block_.put(c == '\n' ? 'n' : c);
    }
    block_.ensure(kLineRoom);
    block_.put("\n# TYPE ");
    block_.put(base_);
    block_.put(' ');
    block_.put(type_name(d.kind));
    block_.put('\n');
    if (!open() || d.unit == Unit::None) return;
    block_.put("# UNIT ");
    block_.put(base_);
    block_.put(' ');
    block_.put(to_string(d.unit));
    block_.put('\n');
  }

  bool any_is_known(const FamilySeries& family) const {
    return std::any_of(family.series.begin(), family.series.end(), [&](const Series* series) {
      return !std::isnan(snapshot_.value(*series));
    });
  }

  // Up to the value, with room for that.
  void sample(std::string_view name, const Series& series) {
    const std::string_view labels = series.labels_text();
    block_.ensure(kLineRoom + labels.size());
    block_.put(name);
    block_.put(labels);
    block_.put(' ');
  }

  void created(std::string_view labels) {
    block_.ensure(kLineRoom + labels.size());
    block_.put(base_);
    block_.put("_created");
    block_.put(labels);
    block_.put(' ');
    block_.put(created_);
  }

  void counters(const FamilySeries& family, int digits) {
    for (const Series* series : family.series) {
      sample(family.family->name, *series);
      if (digits == 0) {
        block_.put_integer(snapshot_.steps(*series));
      } else if (digits > 0) {
        block_.put_decimal(snapshot_.steps(*series), digits);
      } else {
        block_.put_number(snapshot_.value(*series));
      }
      block_.put('\n');
      if (open()) created(series->labels_text());
    }
  }

  // What all samples of one suffix begin with: `name_suffix{labels,`, ready for one more label.
  std::string_view open_labels(std::string_view name,
                               std::string_view suffix,
                               std::string_view labels) {
    prefix_.assign(name).append(suffix);
    if (labels.empty()) {
      prefix_.push_back('{');
    } else {
      prefix_.append(labels.substr(0, labels.size() - 1)).push_back(',');
    }
    return prefix_;
  }

  void histogram(const Descriptor& d, const Series& series) {
    const HistogramView view = snapshot_.histogram(series);
    const std::string_view prefix = open_labels(d.name, "_bucket", series.labels_text());
    std::span<const Exemplar> examples;
    if (open()) examples = snapshot_.exemplars(series);
    std::uint64_t cumulated = view.zero;
    std::size_t next = 0;
    for (const Edge& edge : edges_of(d.unit, format_)) {
      const int below = edge.exponent * metrics::kBucketsPerOctave;
      while (next < view.buckets.size() && view.buckets[next].index < below) {
        cumulated += view.buckets[next++].count;
      }
      bucket(prefix, edge.text, cumulated);
      if (!examples.empty()) example_up_to(std::exp2(edge.exponent), examples);
      block_.put('\n');
    }
    bucket(prefix, "le=\"+Inf\"} ", view.count);
    if (!examples.empty()) example_up_to(std::numeric_limits<double>::infinity(), examples);
    block_.put('\n');
    tail(d.name, "_sum", series.labels_text());
    block_.put_number(view.sum);
    block_.put('\n');
    tail(d.name, "_count", series.labels_text());
    block_.put_integer(view.count);
    block_.put('\n');
    if (open()) created(series.labels_text());
  }

  void bucket(std::string_view prefix, std::string_view edge, std::uint64_t count) {
    block_.ensure(2 * kLineRoom + prefix.size());
    block_.put(prefix);
    block_.put(edge);
    block_.put_integer(count);
  }

  // The largest example up to `bound`, and takes those away that are not beyond it.
  void example_up_to(double bound, std::span<const Exemplar>& examples) {
    const Exemplar* best = nullptr;
    while (!examples.empty() && examples.front().value <= bound) {
      best = &examples.front();
      examples = examples.subspan(1);
    }
    if (best == nullptr) return;
    block_.put(" # ");
    block_.put(best->labels);
    block_.put(' ');
    block_.put_number(best->value);
    block_.put(' ');
    block_.put_number(epoch_seconds(best->time));
  }

  void tail(std::string_view name, std::string_view suffix, std::string_view labels) {
    block_.ensure(kLineRoom + labels.size());
    block_.put(name);
    block_.put(suffix);
    block_.put(labels);
    block_.put(' ');
  }

  void topk(const Descriptor& d, const Series& series) {
    const TopKView view = snapshot_.topk(series);
    open_labels(d.name, "", series.labels_text());
    prefix_.append(d.labels[d.label_count() - 1]).append("=\"");
    const bool about_people = d.privacy == metrics::Privacy::Aggregate;
    std::uint64_t shown = 0;
    if (!about_people || options_.items) {
      for (const TopKItem& item : view.top(d.top)) {
        if (about_people && item.count < options_.least_count) break;
        // An item of that name would be a second sample of the same series.
        if (item.count == 0 || item.item == "other") continue;
        shown += item.count;
        item_sample(d, item.item, item.count);
      }
    }
    item_sample(d, "other", view.total - std::min(view.total, shown));
  }

  void item_sample(const Descriptor& d, std::string_view item, std::uint64_t count) {
    escaped_.clear();
    metrics::append_escaped(escaped_, item);
    block_.ensure(kLineRoom + prefix_.size() + escaped_.size());
    block_.put(prefix_);
    block_.put(escaped_);
    block_.put("\"} ");
    block_.put_number(static_cast<double>(count) * d.step);
    block_.put('\n');
  }

  TextBlock block_;
  const Snapshot& snapshot_;
  const TextOptions& options_;
  const TextFormat format_;
  std::string created_;
  std::string_view base_;
  std::string prefix_;
  std::string escaped_;
};

}  // namespace

void append_text(std::string& out,
                 const Snapshot& snapshot,
                 TextFormat format,
                 const TextOptions& options) {
  {
    Writer writer(out, snapshot, format, options);
    for (const FamilySeries& family : snapshot.layout()) {
      if (!family.series.empty()) writer.family(family);
    }
  }
  if (format == TextFormat::OpenMetrics) out.append("# EOF\n");
}

}  // namespace discern::exporter
