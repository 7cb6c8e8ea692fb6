#pragma once

// Outgoing HTTP and HTTPS: one thread, `http-out`, drives every request of the program with
// libcurl's multi interface. Discord's REST API, webhooks and pushed exports share it.
//
// `send` and `post` are safe from every thread and never block. Everything given to them is called
// on the http-out thread: it must neither block nor throw.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace discern::net {

// One part of a multipart/form-data body.
struct HttpPart {
  std::string name;
  std::string file_name;  // Empty for a plain field.
  std::string content_type;
  std::string bytes;
};

struct HttpOutRequest {
  std::string method = "GET";
  std::string url;                   // http:// or https://, escaped. Redirects are not followed.
  std::vector<std::string> headers;  // "Name: value". Never logged.
  std::string body;
  std::vector<HttpPart> parts;               // When there are any, they are the body.
  std::chrono::milliseconds timeout{15000};  // From the start of the transfer to its last byte.
  std::chrono::milliseconds connect_timeout{5000};
  std::size_t max_response_bytes = 8 * 1024 * 1024;
  // Begins before all that are not, also when as many as are allowed are in flight already: for
  // answers that somebody waits for.
  bool urgent = false;
  // Fails with Refused when the address is this machine or its network (address_class.hpp),
  // whatever the name resolves to: for addresses that come from somebody else.
  bool public_only = false;
};

struct HttpOutResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // Names in lower case.
  std::string body;

  // The value of the first header of that (lower-case) name; empty when there is none.
  std::string_view header(std::string_view name) const;
};

// A response of any status, or why there is none: Timeout, Unavailable (network), Limit (answer or
// queue too large), Invalid (the request itself), Refused (public_only), Closed (stopped). Error
// texts name the host only: paths and headers may hold credentials.
struct HttpOutcome {
  Result<HttpOutResponse> response;
  // False when no byte of the request can have reached the server, so that sending it again is
  // safe.
  bool maybe_sent = true;
  std::chrono::nanoseconds duration{0};  // Of the transfer, without waiting in the queue.
  // How often the request was sent. A kept connection may turn out to be dead: GET, HEAD, OPTIONS,
  // PUT and DELETE then go out again on a new one. Other methods fail, with maybe_sent.
  std::uint32_t sends = 0;
};
using HttpDone = std::function<void(HttpOutcome)>;

struct HttpOutOptions {
  std::size_t max_in_flight = 128;
  std::size_t max_waiting = 20000;  // Beyond it, a request is refused with Limit.
};

class HttpOut {
 public:
  explicit HttpOut(HttpOutOptions options = {});
  // stop(0).
  ~HttpOut();
  HttpOut(const HttpOut&) = delete;
  HttpOut& operator=(const HttpOut&) = delete;

  // `done` is called exactly once, also after stop (then on the caller's thread, with Closed).
  void send(HttpOutRequest request, HttpDone done);
  // Runs `work` on the thread, soon, and before a stop that comes later is over. False, and it
  // never runs, after stop.
  bool post(std::function<void()> work);
  // Runs `work` on the thread at `when` or soon after. Dropped by stop.
  void post_at(SteadyTime when, std::function<void()> work);

  // Takes nothing more, lets transfers that are under way finish for `grace`, fails the rest with
  // Closed and ends the thread. Not to be called on the http-out thread. Safe to call twice.
  void stop(std::chrono::milliseconds grace);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace discern::net
