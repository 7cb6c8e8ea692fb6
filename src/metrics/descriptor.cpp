#include "metrics/descriptor.hpp"

namespace discern::metrics {

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::Counter:
      return "counter";
    case Kind::Gauge:
      return "gauge";
    case Kind::Histogram:
      return "histogram";
    case Kind::Distinct:
      return "distinct";
    case Kind::TopK:
      return "topk";
  }
  return "unknown";
}

std::string_view to_string(Unit unit) {
  switch (unit) {
    case Unit::None:
      return "";
    case Unit::Seconds:
      return "seconds";
    case Unit::Bytes:
      return "bytes";
    case Unit::Ratio:
      return "ratio";
  }
  return "";
}

std::string_view to_string(Privacy privacy) {
  return privacy == Privacy::Operational ? "operational" : "aggregate";
}

}  // namespace discern::metrics
