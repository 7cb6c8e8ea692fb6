#pragma once

// An HTTP/1.1 server on one thread of its own: limits, timeouts, keep-alive, pipelining, streams.
// It knows nothing of routes; a HttpHandler does.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/http_message.hpp"
#include "net/http_reader.hpp"

namespace discern::net {

struct HttpServerOptions {
  std::string address = "127.0.0.1";  // An IPv4 or IPv6 address; "localhost" is 127.0.0.1.
  std::uint16_t port = 0;             // 0: any free one.
  std::string thread_name = "web";
  // Trusted field lines, each with its CRLF, for every answer, those of refusals included.
  std::string fixed_fields;

  HttpLimits request;
  // When so many are open, a new one takes the place of the connection that has waited longest
  // without a complete request, or else of the one that has read its answer for longest.
  std::size_t connections = 4096;
  std::size_t connections_per_address = 1024;
  // Beyond `connections`, for when none can give way: requests on these are marked as crowded.
  std::size_t reserved_connections = 16;
  // Of the bodies of all requests together; a large one beyond it gets 503.
  std::size_t body_bytes_of_all = 64 * 1024 * 1024;
  // Of the answers that clients have not read yet, all together. Beyond it, the client that has
  // read for longest is dropped.
  std::size_t answer_bytes_of_all = 64 * 1024 * 1024;
  // What a stream's client may leave unread before it is dropped.
  std::size_t stream_queue_bytes = 2 * 1024 * 1024;
  std::size_t stream_queue_length = 64;

  std::chrono::milliseconds idle_timeout{60'000};     // Between requests.
  std::chrono::milliseconds header_timeout{10'000};   // From its first byte.
  std::chrono::milliseconds body_timeout{30'000};     // From the end of the header.
  std::chrono::milliseconds handler_timeout{60'000};  // Then 504.
  std::chrono::milliseconds write_timeout{30'000};    // Without progress: 32 KiB at least.
  std::chrono::milliseconds stop_timeout{1'000};      // For answers under way.
};

// Whether only this machine can reach that address. Errors: Invalid.
Result<bool> is_loopback_address(const std::string& address);

// Called on the server's thread only.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // The responder may be answered before this returns or later, from any thread. HEAD comes as
  // "HEAD"; the server leaves the body away by itself. An exception becomes 500.
  virtual void on_request(const HttpRequest& request, HttpResponder responder) = 0;
  // The last byte of an answer was handed to the system, `took` after the request was complete.
  // `tag` is the responder's, 0 when it was given none.
  virtual void on_answered(std::uint32_t tag, int status, std::chrono::nanoseconds took) = 0;
  // A request, a connection or a stream was refused; status 0 when there was no answer.
  virtual void on_refused(std::string_view reason, int status) = 0;
  // Four times a second, with the number of open connections.
  virtual void on_timer(std::size_t connections) = 0;
};

class HttpServer {
 public:
  // Listens and starts the thread. `handler` must outlive the server. Errors: Invalid (address),
  // Io (the port is taken).
  static Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options, HttpHandler& handler);
  // Stops.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;
  // Runs `fn` on the server's thread, soon; drops it after stop(). From any thread.
  void post(std::function<void()> fn);
  // Closes the port and the streams, lets answers under way finish for up to stop_timeout, joins
  // the thread. Not from the server's thread. Calling it again does nothing.
  void stop();

 private:
  friend class HttpConnection;
  struct Loop;
  explicit HttpServer(std::shared_ptr<Loop> loop);
  std::shared_ptr<Loop> loop_;
};

}  // namespace discern::net
