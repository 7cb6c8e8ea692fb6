#pragma once

// Window for web: reading history. Every call reads the disk: call it on a query thread.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "metrics/snapshot.hpp"

namespace discern::history {

using Labels = std::vector<std::pair<std::string, std::string>>;

struct SeriesInfo {
  std::int64_t id = 0;
  std::string family;
  Labels labels;
  std::string kind;
  std::string unit;
};

// How the samples of a step become one point. Counters take Rate and Increase, gauges Last and Avg,
// histograms Rate and Increase (of their count), P50, P95, P99.
enum class Reduction { Last, Avg, Rate, Increase, P50, P95, P99 };

struct Query {
  std::string family;
  Labels labels;  // Equality matchers; labels not named match everything.
  SystemTime from;
  SystemTime to;
  std::chrono::milliseconds step{10000};
  Reduction reduction = Reduction::Last;
  // The family exists: while history holds nothing of it yet, the answer is empty and no error.
  bool is_known = false;
  // When its instant lies in the range, what it holds and no tick holds yet counts too: one more
  // tick, but for gauges. May be null.
  metrics::SnapshotPtr newest = nullptr;
};

// Points stand at from + i*step. Absent means that nothing was recorded in that step: a gap.
struct QuerySeries {
  Labels labels;
  std::vector<std::optional<double>> points;
  // Rate and Increase: how much the total grew over the whole range, whatever the step is and
  // however often the program was started meanwhile; the time in which it did; and the lifetime
  // total at the end.
  double increase = 0;
  std::chrono::milliseconds grew_in{};
  double total = 0;
};
struct Annotation {
  SystemTime time;
  std::string kind;
  std::string text;
};
struct QueryResult {
  SystemTime from;
  std::chrono::milliseconds step{};
  std::vector<QuerySeries> series;
  std::vector<Annotation> annotations;
};

// One connection to the database, read only; one thread at a time.
class Reader {
 public:
  virtual ~Reader() = default;
  // Errors: Invalid (step, range, reduction does not fit the kind), NotFound (no such family,
  // and it is not known),
  // Limit (more than 100,000 points), Timeout (over the deadline), Corrupt, Io.
  virtual Result<QueryResult> run(const Query& query) = 0;
  virtual Result<std::vector<SeriesInfo>> series() = 0;
  // From any thread: the call under way, and every later one, fails with Timeout within moments.
  virtual void interrupt() = 0;
};

}  // namespace discern::history
