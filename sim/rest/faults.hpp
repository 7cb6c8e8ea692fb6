#pragma once

// Faults a test injects into REST.

#include <optional>
#include <string>
#include <vector>

#include "sim/http.hpp"
#include "sim/rest/rate_limiter.hpp"

namespace discern::sim {

struct RestFault {
  std::string method;        // Empty: any.
  std::string route_prefix;  // Of the path below /api/v10, or of the route's template.
  unsigned status = 500;     // 0: only delay the answer.
  std::uint32_t count = 1;   // How many requests it meets.
  double retry_after_s = 0;  // With 429.
  LimitScope scope = LimitScope::User;
  Millis delay{0};
  bool hang_up = false;
  // The request is done before, and only its answer meets the fault.
  bool after = false;
  bool html = false;  // The body Cloudflare gives, not Discord.
  int code = 0;       // Discord's error code in the body.
  std::string message{};
};

class Faults {
 public:
  void add(RestFault fault) { faults_.push_back(std::move(fault)); }
  void clear() { faults_.clear(); }
  // The fault this request meets; uses it up.
  std::optional<RestFault> take(std::string_view method,
                                std::string_view path,
                                std::string_view route_template);

 private:
  std::vector<RestFault> faults_;
};

}  // namespace discern::sim
