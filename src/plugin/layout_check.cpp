// Plugins count in the host's cells with code of their own: both must agree on where things are.

#include "discern/plugin/metric_cells.hpp"
#include "metrics/instruments.hpp"

namespace discern::plugin {

static_assert(cells::kBucketsPerOctave == metrics::kBucketsPerOctave);
static_assert(cells::kMinExponent == metrics::kMinExponent);
static_assert(cells::kOctaves == metrics::kOctaves);
static_assert(cells::kSum == metrics::histogram_cells::kSum);
static_assert(cells::kZero == metrics::histogram_cells::kZero);
static_assert(cells::kOctave == metrics::histogram_cells::kOctave);
static_assert(metrics::kNoSlot == 0, "an empty handle of a plugin counts in slot 0");

}  // namespace discern::plugin
