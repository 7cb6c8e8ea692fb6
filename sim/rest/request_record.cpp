#include "sim/rest/request_record.hpp"

#include <boost/json/parse.hpp>

namespace discern::sim {

namespace json = boost::json;

json::array RequestRecord::to_json() const {
  json::array out;
  for (const RecordedRequest& request : requests_) {
    boost::system::error_code failed;
    const json::value answer = json::parse(request.answer, failed);
    out.emplace_back(json::object{{"method", request.method},
                                  {"route", request.route},
                                  {"query", request.query},
                                  {"content_type", request.content_type},
                                  {"body", request.body},
                                  {"files", request.files},
                                  {"status", request.status},
                                  {"answer", failed ? json::value(nullptr) : answer}});
  }
  return out;
}

}  // namespace discern::sim
