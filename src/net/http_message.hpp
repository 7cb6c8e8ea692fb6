#pragma once

// What the HTTP server hands to its handler, and what it gets back. Values; no socket, no library.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace discern::net {

// Bytes that many connections may send at the same time.
using SharedBytes = std::shared_ptr<const std::string>;

struct HttpField {
  std::string_view name;
  std::string_view value;
};

// Views into the connection's buffers, valid until the handler returns: copy what is needed later.
struct HttpRequest {
  std::string_view method;  // As sent: "GET".
  std::string_view path;    // Undecoded; begins with "/" (or is "*").
  std::string_view query;   // Undecoded, without the question mark.
  std::string_view host;    // Of the target when that is absolute, else of the Host field.
  std::span<const HttpField> fields;
  std::string_view body;
  std::string_view remote;  // The peer's address without port.
  bool loopback = false;    // The peer is this machine.
  bool http_1_0 = false;    // Else HTTP/1.1.
  // All places are taken, and this connection is on a reserved one: only what an operator needs to
  // act should be served.
  bool crowded = false;

  // The first field of that name, in any case; null when there is none.
  const HttpField* find_field(std::string_view name) const;
  // Its value, or nothing.
  std::string_view field(std::string_view name) const;
};

// Whether two field names are the same: ASCII, any case.
bool equal_names(std::string_view a, std::string_view b);

// A body that is made piece by piece, as its client reads it. On the server's thread.
class HttpSource {
 public:
  virtual ~HttpSource() = default;
  // Appends the next piece, some 32 KiB. False if that was the last one.
  virtual bool append_piece(std::string& out) = 0;
  // The memory that this object takes while the client reads.
  virtual std::size_t held_bytes() const = 0;
};

// Owned, shared or static bytes, or a source of them.
class HttpBody {
 public:
  HttpBody() = default;
  HttpBody(std::string bytes) : bytes_(std::move(bytes)) {}
  HttpBody(SharedBytes bytes) : bytes_(std::move(bytes)) {}
  HttpBody(std::shared_ptr<HttpSource> source) : bytes_(std::move(source)) {}
  // The bytes outlive the server.
  static HttpBody from_static(std::string_view bytes) {
    HttpBody body;
    body.bytes_ = bytes;
    return body;
  }
  // The bytes; empty for a source.
  std::string_view view() const;
  // Null for bytes.
  std::shared_ptr<HttpSource> source() const;
  // What is held in memory on behalf of this answer. Bodies with the same `owner` share it.
  struct Held {
    const void* owner = nullptr;  // Null: nobody shares it.
    std::size_t bytes = 0;
  };
  Held held() const;

 private:
  std::variant<std::string_view, std::string, SharedBytes, std::shared_ptr<HttpSource>> bytes_;
};

struct HttpResponse {
  int status = 200;
  // Static text; empty for none (or when it stands in `fields`).
  std::string_view content_type = "application/json";
  std::string_view cache_control = "no-store";
  // Names are static text. Control characters in values become spaces, so that no value can add a
  // field of its own.
  std::vector<std::pair<std::string_view, std::string>> fields;
  HttpBody body;
  // Close the connection after this answer.
  bool close = false;
};

// A body without end (Server-Sent Events). Every member: on the server's thread only.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  // Sends, or queues when the client reads too slowly. False when the client has gone, or was
  // dropped because its queue was full.
  virtual bool push(SharedBytes bytes) = 0;
  virtual void close() = 0;
};

// One request waiting for its answer. Implemented by the connection.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  virtual void set_tag(std::uint64_t request, std::uint32_t tag) = 0;
  virtual void answer(std::uint64_t request, HttpResponse response) = 0;
  virtual std::shared_ptr<HttpStream> open_stream(std::uint64_t request,
                                                  HttpResponse head,
                                                  std::function<void()> on_closed) = 0;
};

// The way to answer one request, once, from any thread. Dropped without an answer, it answers 500.
// An answer that comes when the client has gone or the server has stopped is thrown away.
class [[nodiscard("a dropped responder answers 500")]] HttpResponder {
 public:
  HttpResponder(std::shared_ptr<HttpExchange> exchange, std::uint64_t request)
      : exchange_(std::move(exchange)), request_(request) {}
  HttpResponder(HttpResponder &&) noexcept = default;
  HttpResponder& operator=(HttpResponder&&) = delete;
  ~HttpResponder();

  // What HttpHandler::on_answered will be told, however the request ends. On the server's thread.
  void set_tag(std::uint32_t tag);
  void answer(HttpResponse response);
  // Answers with an endless body; null when the client has gone. On the server's thread only.
  // `on_closed` is called once on that thread, never from inside a call to the stream.
  std::shared_ptr<HttpStream> open_stream(HttpResponse head, std::function<void()> on_closed);

 private:
  std::shared_ptr<HttpExchange> exchange_;
  std::uint64_t request_;
};

}  // namespace discern::net
