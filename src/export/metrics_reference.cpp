#include "export/metrics_reference.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "metrics/catalogue.hpp"

namespace discern::exporter {
namespace {

using metrics::Descriptor;
using metrics::Kind;

constexpr std::string_view kIntroduction = R"(# Metrics

Generated from `src/metrics/catalogue/` by `./dev docs`; do not edit.

Every family that Discern itself has. Those of plugins begin with `plugin_<id>_` and are described by
the plugin. `GET /metrics` shows them all, in Prometheus's text format or, when the client asks for
it, in OpenMetrics.

| kind | in the text | how exact |
|---|---|---|
| counter | a counter, from 0 with each start of the process | exact |
| gauge | a gauge | the last value set |
| histogram | a histogram with `le` at powers of two | buckets exact; inside, eight buckets an octave: quantiles within 4.43 % |
| distinct | a gauge: how many different values | standard error 1.6 % |
| topk | a gauge with one sample for each of the busiest, and `other` | the sum exact, each sample at most the true count |

A family holds at most as many label sets as its limit says (1,000 when nothing is said). Further
ones are counted in the label set `other`, and `discern_metrics_folded_total` counts how often.
Label values are UTF-8 of at most 128 bytes: longer ones are cut, ill-formed bytes become U+FFFD,
control characters a space.

Privacy `operational` is about the machine and the program only; `aggregate` counts acts of people,
without anything that leads back to one of them.
)";

// The word after `discern_`: the subsystem.
std::string_view subsystem_of(std::string_view name) {
  name.remove_prefix(std::string_view("discern_").size());
  return name.substr(0, name.find('_'));
}

void append_row(std::string& out, const Descriptor& family) {
  out.append("| `").append(family.name).append("` | ").append(to_string(family.kind)).append(" | ");
  out.append(to_string(family.unit)).append(" | ");
  for (std::size_t i = 0; i < family.label_count(); ++i) {
    out.append(i > 0 ? ", `" : "`").append(family.labels[i]).append("`");
  }
  out.append(" | ").append(to_string(family.privacy)).append(" | ").append(family.help);
  if (family.max_series != metrics::kDefaultMaxSeries) {
    out.append(" At most ").append(std::to_string(family.max_series)).append(" label sets.");
  }
  out.append(" |\n");
}

}  // namespace

std::string metrics_reference() {
  std::map<std::string_view, std::vector<const Descriptor*>> subsystems;
  for (const Descriptor* family : metrics::catalogue::kAll) {
    subsystems[subsystem_of(family->name)].push_back(family);
  }
  std::string out(kIntroduction);
  for (auto& [subsystem, families] : subsystems) {
    std::sort(families.begin(), families.end(), [](const Descriptor* a, const Descriptor* b) {
      return a->name < b->name;
    });
    out.append("\n## ").append(subsystem);
    out.append(
        "\n\n| family | kind | unit | labels | privacy | what |\n|---|---|---|---|---|---|\n");
    for (const Descriptor* family : families) append_row(out, *family);
  }
  return out;
}

}  // namespace discern::exporter
