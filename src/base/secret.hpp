#pragma once

#include <string>
#include <utility>

namespace discern {

// A value that must never be seen: it has no formatter and no stream operator, so that putting one
// into a log line or an error does not compile.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  bool empty() const { return value_.empty(); }
  // Only for the place that hands it to its owner (an Authorization header, an IDENTIFY).
  const std::string& reveal() const { return value_; }

 private:
  std::string value_;
};

}  // namespace discern
