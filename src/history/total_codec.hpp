#pragma once

// Lifetime totals as bytes. Pure. What is read is not trusted: the reading halves return false for
// anything that the writing halves would not write.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "history/varint.hpp"
#include "metrics/series.hpp"

namespace discern::history {

// Zero count, bits of the sum, buckets.
void append_histogram_total(std::string& out, const metrics::HistogramTotal& total);
bool take_histogram_total(ByteReader& in, metrics::HistogramTotal& total);

// The state of a Distinct or a TopK, whichever `total` holds, compressed.
std::string pack_sketch(const metrics::Total& total);
// Errors: Corrupt.
Result<metrics::Total> unpack_sketch(std::string_view bytes);

}  // namespace discern::history
