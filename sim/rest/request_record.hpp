#pragma once

// What was asked and answered, for tests that hold it against Discord's own description. Off until
// it is switched on: it keeps bodies.

#include <boost/json/array.hpp>
#include <deque>
#include <string>

namespace discern::sim {

struct RecordedRequest {
  std::string method;
  std::string route;  // The template; the path for one that is not known.
  std::string query;
  std::string content_type;
  boost::json::value body;  // Null without one; payload_json of a multipart body.
  boost::json::array files;
  unsigned status = 0;
  std::string answer;  // As it was sent.
};

// Not thread-safe.
class RequestRecord {
 public:
  static constexpr std::size_t kMost = 5000;

  void set_on(bool on) {
    on_ = on;
    requests_.clear();
  }
  bool is_on() const { return on_; }
  // The oldest goes beyond kMost.
  void add(RecordedRequest request) {
    requests_.push_back(std::move(request));
    if (requests_.size() > kMost) requests_.pop_front();
  }
  boost::json::array to_json() const;

 private:
  bool on_ = false;
  std::deque<RecordedRequest> requests_;
};

}  // namespace discern::sim
