#pragma once

// HTTP as the simulator's handlers see it, free of any network library.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/instant.hpp"

namespace discern::sim {

struct HttpRequest {
  std::string method;
  std::string target;  // Path and query as they came, percent-encoded.
  std::string host;
  std::string authorization;
  std::string user_agent;
  std::string content_type;
  std::string body;

  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  std::string_view query() const {
    const std::size_t mark = target.find('?');
    return mark == std::string::npos ? std::string_view()
                                     : std::string_view(target).substr(mark + 1);
  }
};

struct HttpReply {
  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  Millis delay{0};       // How long the answer is held back.
  bool hang_up = false;  // No answer at all: the connection is closed.
};

std::string percent_decoded(std::string_view text);
// The decoded value of a query parameter; empty when absent.
std::string query_value(std::string_view query, std::string_view key);

}  // namespace discern::sim
