#pragma once

// What Discord says when it refuses a request. Pure.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "discord/rest/buckets.hpp"
#include "net/http_out.hpp"

namespace discern::discord {

struct ApiProblem {
  int code = 0;  // Discord's JSON error code; 0 when the body is not Discord's.
  // "Missing Permissions", with the first field at fault: "Invalid Form Body (content: Must be 2000
  // or fewer in length.)". Empty when the body is not Discord's.
  std::string message;
};
ApiProblem parse_problem(std::string_view body);

RateHeaders parse_rate_headers(const net::HttpOutResponse& response);

struct Limited {
  LimitScope scope = LimitScope::User;
  std::chrono::milliseconds retry_after{1000};
};
// Of an answer with status 429.
Limited parse_limited(const net::HttpOutResponse& response);

}  // namespace discern::discord
