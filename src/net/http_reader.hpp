#pragma once

// HTTP/1 requests out of bytes, without a socket: feed it what arrived and look at its state.

#include <cstddef>
#include <memory>
#include <string_view>

#include "net/http_message.hpp"

namespace discern::net {

struct HttpLimits {
  std::size_t header_bytes = 16 * 1024;  // Request line and fields together.
  std::size_t target_bytes = 8 * 1024;
  std::size_t fields = 100;
  std::size_t body_bytes = 1024 * 1024;
};

// Why a request cannot be served.
struct HttpRefusal {
  int status = 400;
  std::string_view reason;    // One word, for a metric.
  std::string_view sentence;  // What to do about it.
};

// Not thread-safe. Stricter than the RFC where that allows it: bare line feeds, folded fields and
// any transfer coding but "chunked" are refused, because they are how requests get smuggled.
class HttpReader {
 public:
  explicit HttpReader(const HttpLimits& limits);
  ~HttpReader();
  HttpReader(const HttpReader&) = delete;
  HttpReader& operator=(const HttpReader&) = delete;

  enum class State {
    Idle,      // Nothing of a request has arrived.
    Head,      // In the request line or the fields.
    Body,      // The head is complete, the body is not.
    Complete,  // request() may be called; then next().
    Failed,    // refusal() says why. The connection cannot be used any more.
  };
  State state() const;

  // Takes what it can of `unread` and returns how much that was. Bytes not taken must be offered
  // again, together with what follows them. Takes nothing of what follows a complete request.
  // While the head is incomplete nothing is taken, and at most header_bytes are needed at once.
  std::size_t feed(std::string_view unread);

  // The client waits for "100 Continue" before it sends the body. True once per request.
  bool take_expects_continue();

  // Precondition: Complete. The views are valid until next().
  const HttpRequest& request() const;
  bool keep_alive() const;  // What the client asked for.
  bool is_http_1_0() const;
  // Of the body, as far as it has come.
  std::size_t body_bytes() const;
  // For a request that will not be served.
  void drop_body();

  // Precondition: Failed.
  const HttpRefusal& refusal() const;

  // Forgets the request and waits for another.
  void next();

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace discern::net
