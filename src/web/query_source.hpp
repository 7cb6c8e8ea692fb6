#pragma once

// The answer to a question to history, written while its client reads it. Pure.

#include <string>
#include <vector>

#include "history/query.hpp"
#include "net/http_message.hpp"
#include "web/point_pack.hpp"

namespace discern::web {

// 100,000 points are 2 MB of JSON, and 1.6 MB as the reader gives them. This holds them packed, and
// makes the text a piece at a time.
class QuerySource final : public net::HttpSource {
 public:
  QuerySource(const history::Query& query, history::QueryResult result);

  bool append_piece(std::string& out) override;
  std::size_t held_bytes() const override;

 private:
  struct Series {
    std::string labels;  // {"plugin":"ping"}
    PointPack points;
    std::string counts;  // ,"increase":12,"seconds":900,"total":40; empty unless it is a counter's
  };
  // Writes points of the series at hand; false when `out` reaches the size `full` before they end.
  bool append_points(std::string& out, Series& series, std::size_t full);

  std::string head_;  // Before the first series.
  std::string tail_;  // After the last one.
  std::vector<Series> series_;
  double from_ = 0;
  double step_ = 0;
  std::size_t at_series_ = 0;
  std::size_t at_point_ = 0;
};

}  // namespace discern::web
