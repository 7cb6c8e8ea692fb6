#pragma once

// Inside of the HTTP server: what its connections share. Not for other modules (Asio).

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "net/http_head.hpp"
#include "net/http_server.hpp"

namespace discern::net {

class HttpConnection;

// Pipelined answers are gathered up to this size.
inline constexpr std::size_t kFlushSize = 64 * 1024;
// What the kernel is asked to keep of a connection's answers; it doubles it.
inline constexpr int kHttpSendBuffer = 128 * 1024;

// Owned by the server and by every connection, so that an answer that comes after stop() still
// finds its connection. All members but `post` and `stop` belong to the server's thread.
struct HttpServer::Loop : std::enable_shared_from_this<HttpServer::Loop> {
  Loop(HttpServerOptions given, HttpHandler& to);

  Result<void> listen();
  void run();
  void stop();

  // From any thread. False when the server has stopped: `fn` is dropped.
  template <class Fn>
  bool post(Fn&& fn) {
    // Without the lock, something could be queued after the last poll and keep itself alive.
    const std::lock_guard lock(post_mutex);
    if (stopped) return false;
    boost::asio::post(io, std::forward<Fn>(fn));
    return true;
  }

  // Called by connections.
  void forget(HttpConnection& connection);
  // Counts the answer that this connection's client does not read fast enough. When all of them
  // together take too much, those that are read for longest are dropped.
  void hold(HttpConnection& connection);
  void release(const HttpBody::Held& held);
  SteadyTime now() const { return std::chrono::steady_clock::now(); }
  HttpHeadContext head_context(bool keep_alive, bool old_peer) const {
    return {date, options.fixed_fields, keep_alive, old_peer};
  }

  const HttpServerOptions options;
  HttpHandler& handler;
  boost::asio::io_context io{1};
  bool stopping = false;
  std::uint16_t port = 0;
  // Held in bodies by all connections, the last of which may go on another thread.
  std::atomic<std::size_t> body_bytes{0};
  std::size_t blocked = 0;  // Connections that wait for their client to read.

 private:
  void accept();
  void admit(boost::asio::ip::tcp::socket socket);
  // Closes the connection that gives way most readily; of that address, unless it is empty. False
  // when all are busy.
  bool evict(std::string_view address);
  // A copy, because what is done with a connection may close others.
  std::vector<std::shared_ptr<HttpConnection>> open_connections() const;
  void turn_away(boost::asio::ip::tcp::socket& socket, std::string_view reason);
  void tick();
  void close_all();

  boost::asio::ip::tcp::acceptor acceptor_{io};
  boost::asio::steady_timer accept_pause_{io};
  boost::asio::steady_timer timer_{io};
  // Those that are open. Held here, too, because asio lets go of a connection without a call when
  // it gets no memory for an operation; its deadline ends it then.
  std::unordered_map<HttpConnection*, std::shared_ptr<HttpConnection>> connections_;
  std::map<std::string, std::size_t, std::less<>> by_address_;
  std::size_t answer_bytes_ = 0;
  // How many connections share the answers that are counted there.
  std::unordered_map<const void*, std::size_t> answer_owners_;
  SteadyTime stop_deadline_{};
  // Refreshed by the timer: nobody formats a date, or reads the wall clock, per answer.
  std::string date;
  std::mutex post_mutex;
  bool stopped = false;
  std::thread thread_;
  bool accepting_ = false;
  bool ticking_ = false;
  bool accept_fails_ = false;

  friend class HttpServer;
};

}  // namespace discern::net
