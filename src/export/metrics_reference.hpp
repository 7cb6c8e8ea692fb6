#pragma once

// docs/metrics.md, from the catalogue. Pure.

#include <string>

namespace discern::exporter {

// The whole document, every built-in family in it.
std::string metrics_reference();

}  // namespace discern::exporter
