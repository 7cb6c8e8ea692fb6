#include "net/http_server.hpp"

#include <boost/asio/ip/address.hpp>

#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "net/close_on_exec.hpp"
#include "net/http_connection.hpp"

namespace discern::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kTimer{250};
// How long to wait when the system has no descriptor left for another connection.
constexpr std::chrono::milliseconds kAcceptPause{100};

Result<asio::ip::address> parse_address(const std::string& text) {
  error_code ec;
  const asio::ip::address address =
      asio::ip::make_address(text == "localhost" ? "127.0.0.1" : text, ec);
  if (ec) {
    return Error(Errc::Invalid,
                 "\"" + text + "\" is not an IP address; use 127.0.0.1, ::1, 0.0.0.0 or another");
  }
  return address;
}

// IPv4 peers of an IPv6 socket come as ::ffff:a.b.c.d.
asio::ip::address unmapped(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return address;
}

}  // namespace

Result<bool> is_loopback_address(const std::string& address) {
  Result<asio::ip::address> parsed = parse_address(address);
  if (!parsed) return std::move(parsed).error();
  return unmapped(*parsed).is_loopback();
}

HttpServer::Loop::Loop(HttpServerOptions given, HttpHandler& to)
    : options(std::move(given)), handler(to), date(http_date(std::chrono::system_clock::now())) {}

Result<void> HttpServer::Loop::listen() {
  Result<asio::ip::address> address = parse_address(options.address);
  if (!address) return std::move(address).error();
  const tcp::endpoint endpoint(*address, options.port);
  error_code ec;
  acceptor_.open(endpoint.protocol(), ec);
  if (!ec) close_on_exec(acceptor_);
  if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor_.bind(endpoint, ec);
  if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) {
    return Error(Errc::Io,
                 "cannot listen on " + options.address + " port " + std::to_string(options.port) +
                     ": " + ec.message() + "; stop what uses it, or choose another with --port");
  }
  port = acceptor_.local_endpoint(ec).port();
  return {};
}

void HttpServer::Loop::run() {
  set_thread_name(options.thread_name.c_str());
  accept();
  tick();
  for (bool done = false; !done;) {
    try {
      io.run();
      done = true;
    } catch (const std::exception& e) {
      log::error("web", "work on the server's thread failed: {}", e.what());
    }
  }
  {
    const std::lock_guard lock(post_mutex);
    stopped = true;
  }
  // What was posted between the end of run() and the lock.
  io.restart();
  io.poll();
}

void HttpServer::Loop::accept() {
  acceptor_.async_accept([this](const error_code& ec, tcp::socket socket) {
    if (stopping || ec == asio::error::operation_aborted) return;
    if (ec) {
      handler.on_refused("accept", 0);
      accept_pause_.expires_after(kAcceptPause);
      accept_pause_.async_wait([this](const error_code& cancelled) {
        if (!cancelled) accept();
      });
      return;
    }
    admit(std::move(socket));
    accept();
  });
}

void HttpServer::Loop::admit(tcp::socket socket) {
  close_on_exec(socket);
  error_code ec;
  const tcp::endpoint peer = socket.remote_endpoint(ec);
  if (ec) return;
  socket.non_blocking(true, ec);
  socket.set_option(tcp::no_delay(true), ec);
  const asio::ip::address address = unmapped(peer.address());
  const std::string remote = address.to_string();
  if (connections_.size() >= options.connections) return turn_away(socket, "connections");
  std::size_t& of_address = by_address_[remote];
  if (of_address >= options.connections_per_address) {
    return turn_away(socket, "connections_of_address");
  }
  ++of_address;
  const auto connection = std::make_shared<HttpConnection>(
      shared_from_this(), std::move(socket), remote, address.is_loopback());
  connections_.insert(connection.get());
  connection->start();
}

void HttpServer::Loop::turn_away(tcp::socket& socket, std::string_view reason) {
  handler.on_refused(reason, 503);
  HttpResponse response;
  response.status = 503;
  response.body = std::string(R"({"error":"Too many connections are open; try again later."})");
  response.fields.emplace_back("Retry-After", "1");
  std::string text;
  append_head(
      text, response, response.body.view().size(), HttpFraming::Length, head_context(false, false));
  text.append(response.body.view());
  error_code ignored;
  socket.write_some(asio::buffer(text), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void HttpServer::Loop::forget(HttpConnection& connection) {
  if (connections_.erase(&connection) == 0) return;
  const auto count = by_address_.find(connection.remote());
  if (count != by_address_.end() && --count->second == 0) by_address_.erase(count);
}

void HttpServer::Loop::tick() {
  date = http_date(std::chrono::system_clock::now());
  const SteadyTime now = this->now();
  // A deadline may close its connection, which takes it out of the set.
  const std::vector<HttpConnection*> all(connections_.begin(), connections_.end());
  for (HttpConnection* connection : all) {
    if (connections_.contains(connection)) connection->check_deadline(now);
  }
  if (stopping) {
    if (now >= stop_deadline_) close_all();
    if (connections_.empty()) return;
  } else {
    handler.on_timer(connections_.size());
  }
  timer_.expires_after(stopping ? kTimer / 10 : kTimer);
  timer_.async_wait([this](const error_code& ec) {
    if (!ec || stopping) tick();
  });
}

void HttpServer::Loop::close_all() {
  const std::vector<HttpConnection*> all(connections_.begin(), connections_.end());
  for (HttpConnection* connection : all) {
    if (connections_.contains(connection)) connection->close();
  }
}

void HttpServer::Loop::stop() {
  post([this] {
    stopping = true;
    stop_deadline_ = now() + options.stop_timeout;
    error_code ignored;
    acceptor_.close(ignored);
    accept_pause_.cancel();
    const std::vector<HttpConnection*> all(connections_.begin(), connections_.end());
    for (HttpConnection* connection : all) {
      if (connections_.contains(connection)) connection->drain();
    }
    timer_.cancel();
  });
  if (thread_.joinable()) thread_.join();
}

HttpServer::HttpServer(std::shared_ptr<Loop> loop) : loop_(std::move(loop)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options,
                                                      HttpHandler& handler) {
  auto loop = std::make_shared<Loop>(std::move(options), handler);
  if (Result<void> listening = loop->listen(); !listening) return std::move(listening).error();
  loop->thread_ = std::thread([raw = loop.get()] { raw->run(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(loop)));
}

HttpServer::~HttpServer() {
  stop();
}

std::uint16_t HttpServer::port() const {
  return loop_->port;
}

void HttpServer::post(std::function<void()> fn) {
  loop_->post(std::move(fn));
}

void HttpServer::stop() {
  loop_->stop();
}

}  // namespace discern::net
