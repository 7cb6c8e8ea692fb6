// Which of the text formats a client gets.

#include <algorithm>
#include <charconv>

#include "export/prometheus_text.hpp"

namespace discern::exporter {
namespace {

// The `q` of one media range; 1 when it has none.
double quality(std::string_view range) {
  for (std::size_t at = range.find(';'); at != range.npos; at = range.find(';', at + 1)) {
    std::string_view parameter = range.substr(at + 1);
    while (parameter.starts_with(' ')) parameter.remove_prefix(1);
    if (!parameter.starts_with("q=")) continue;
    double q = 0;
    std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), q);
    return q;
  }
  return 1;
}

}  // namespace

std::string_view content_type(TextFormat format) {
  return format == TextFormat::OpenMetrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

TextFormat negotiate(std::string_view accept) {
  double open = 0;
  double text = 0;
  while (!accept.empty()) {
    const std::string_view range = accept.substr(0, accept.find(','));
    accept.remove_prefix(std::min(accept.size(), range.size() + 1));
    if (range.find("application/openmetrics-text") != range.npos) {
      open = std::max(open, quality(range));
    } else if (range.find("text/plain") != range.npos) {
      text = std::max(text, quality(range));
    }
  }
  return open > 0 && open >= text ? TextFormat::OpenMetrics : TextFormat::Prometheus;
}

}  // namespace discern::exporter
