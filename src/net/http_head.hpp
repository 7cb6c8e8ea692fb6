#pragma once

// The head of an HTTP/1.1 answer as text. Pure.

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "net/http_message.hpp"

namespace discern::net {

enum class HttpFraming {
  Length,      // The body's length is stated.
  Chunked,     // The body comes in chunks, each with its length.
  UntilClose,  // The body ends with the connection.
};

struct HttpHeadContext {
  std::string_view date;   // As http_date() gives it.
  std::string_view fixed;  // Trusted field lines, each with its CRLF, sent with every answer.
  bool keep_alive = true;
  // HTTP/1.0 peers must be told that the connection stays.
  bool old_peer = false;
};

// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(SystemTime time);

// The standard reason phrase; "Unknown" for numbers without one.
std::string_view http_reason(int status);

// Whether an answer with this status has a body at all.
bool http_status_has_body(int status);

void append_head(std::string& out,
                 const HttpResponse& response,
                 std::size_t body_size,
                 HttpFraming framing,
                 const HttpHeadContext& context);

}  // namespace discern::net
