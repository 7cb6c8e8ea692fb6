#pragma once

// The HTTP server on a free port, with a handler that remembers what it was told.

#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "net/http_server.hpp"
#include "unit/net/http_raw_client.hpp"

namespace discern::net {

using namespace std::chrono_literals;
using test::RawClient;
using test::status_of;

// Pieces of 50,000 bytes; "/pieces/3" has three. With "/pieces/broken" the second one throws.
struct Pieces : HttpSource {
  explicit Pieces(std::string_view which)
      : broken(which == "broken"), left(broken ? 2 : std::stoi(std::string(which))) {}
  bool append_piece(std::string& out) override {
    if (broken && left == 1) throw std::runtime_error("on purpose");
    if (left > 0) out.append(50'000, static_cast<char>('a' + left));
    return --left > 0;
  }
  std::size_t held_bytes() const override { return 100; }
  bool broken;
  int left;
};

// Answers by path, and remembers what the server told it.
struct Echo : HttpHandler {
  void on_request(const HttpRequest& request, HttpResponder responder) override {
    if (request.path == "/throw") throw std::runtime_error("on purpose");
    if (request.path == "/drop") return;
    if (request.path == "/keep") {
      const std::lock_guard lock(mutex);
      kept.emplace(std::move(responder));
      changed.notify_all();
      return;
    }
    if (request.path == "/stream") {
      HttpResponse head;
      head.content_type = "text/event-stream";
      auto opened = responder.open_stream(std::move(head), [this] { count("stream closed"); });
      stream = std::move(opened);
      count("stream opened");
      return;
    }
    responder.set_tag(7);
    HttpResponse response;
    response.content_type = "text/plain";
    if (request.path == "/large") {
      response.body = std::make_shared<const std::string>(3'000'000, 'x');
    } else if (request.path == "/shared") {
      response.body = shared;
    } else if (request.path.starts_with("/pieces/")) {
      response.body = std::shared_ptr<HttpSource>(std::make_shared<Pieces>(request.path.substr(8)));
    } else if (request.path == "/place") {
      response.body = std::string(request.crowded ? "reserved" : "ordinary");
    } else {
      std::string text(request.method);
      text.append(" ").append(request.path).append(" ").append(request.body);
      response.body = HttpBody(std::move(text));
    }
    responder.answer(std::move(response));
  }
  void on_answered(std::uint32_t tag, int status, std::chrono::nanoseconds) override {
    count("answered " + std::to_string(tag) + " " + std::to_string(status));
  }
  void on_refused(std::string_view reason, int status) override {
    count(std::string(reason) + " " + std::to_string(status));
  }
  void on_timer(std::size_t open) override {
    const std::lock_guard lock(mutex);
    connections = open;
    changed.notify_all();
  }

  void count(const std::string& what) {
    const std::lock_guard lock(mutex);
    ++counts[what];
    changed.notify_all();
  }
  bool wait_for(const std::string& what, int times = 1) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 10s, [&] { return counts[what] >= times; });
  }
  bool wait_for_connections(std::size_t wanted) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 10s, [&] { return connections == wanted; });
  }
  HttpResponder take_kept() {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, 10s, [&] { return kept.has_value(); });
    HttpResponder taken = std::move(kept.value());
    kept.reset();
    return taken;
  }

  const SharedBytes shared = std::make_shared<const std::string>(3'000'000, 'y');
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, int> counts;
  std::size_t connections = 0;
  std::optional<HttpResponder> kept;
  std::shared_ptr<HttpStream> stream;  // The server's thread only.
};

struct HttpServerTest : testing::Test {
  void SetUp() override { start({}); }
  void start(HttpServerOptions options) {
    server.reset();
    options.fixed_fields = "X-Fixed: yes\r\n";
    auto started = HttpServer::start(std::move(options), echo);
    ASSERT_TRUE(started.ok());
    server = *std::move(started);
  }
  std::uint16_t port() const { return server->port(); }
  static std::string get(std::string_view path) {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  Echo echo;
  std::unique_ptr<HttpServer> server;
};

}  // namespace discern::net
