#pragma once

// Questions to history as they stand in an address, and the answers as JSON. Pure.

#include <string>
#include <vector>

#include "base/error.hpp"
#include "history/query.hpp"
#include "web/request_path.hpp"

namespace discern::web {

// ?name=&label.<k>=&from=&to=&step=&fn=. Times and step in seconds. Defaults: the hour up to `now`,
// in 300 steps, fn=last. Errors: Invalid, with what to write instead.
Result<history::Query> parse_query(const QueryParameters& parameters, SystemTime now);

// The whole text at once, for answers that are short.
std::string query_json(const history::Query& query, history::QueryResult result);
std::string series_json(const std::vector<history::SeriesInfo>& series);

}  // namespace discern::web
