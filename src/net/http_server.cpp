#include "net/http_server.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

#include "base/log.hpp"
#include "base/system_limits.hpp"
#include "base/thread.hpp"
#include "net/close_on_exec.hpp"
#include "net/http_connection.hpp"

namespace discern::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kTimer{250};
// Dropping a client that holds less frees nothing worth it.
constexpr std::size_t kSmallAnswer = 64 * 1024;
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

// Keeps `flag` set as long as an operation is under way, also when asio gets no memory for it and
// drops its handler without a call.
std::shared_ptr<void> arm(bool& flag) {
  std::shared_ptr<void> armed(static_cast<void*>(&flag), [&flag](void*) { flag = false; });
  flag = true;
  return armed;
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
  // Connections inherit it. Without it the kernel would keep megabytes for a client that does not
  // read.
  if (!ec) acceptor_.set_option(tcp::acceptor::send_buffer_size(kHttpSendBuffer), ec);
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
  // Called again after an exception: goes on where it was.
  if (!accepting_ && !stopping) accept();
  if (!ticking_) tick();
  io.run();
  {
    const std::lock_guard lock(post_mutex);
    stopped = true;
  }
  // What was posted between the end of run() and the lock.
  io.restart();
  io.poll();
}

void HttpServer::Loop::accept() {
  acceptor_.async_accept(
      [this, armed = arm(accepting_)](const error_code& ec, tcp::socket socket) mutable {
        armed.reset();
        if (stopping || ec == asio::error::operation_aborted) return;
        if (ec) {
          handler.on_refused("accept", 0);
          // Once for each time that it begins: with many clients it fails ten times a second.
          if (!std::exchange(accept_fails_, true)) {
            log::warn("web", "{}", refusal_text("take a connection", ec.value()));
          }
          // The system has no descriptor left: make one free.
          if (evict({})) return accept();
          accept_pause_.expires_after(kAcceptPause);
          accept_pause_.async_wait([this, pausing = arm(accepting_)](const error_code& c) mutable {
            pausing.reset();
            if (!c) accept();
          });
          return;
        }
        accept_fails_ = false;
        fenced("taking a web connection", [&] { admit(std::move(socket)); });
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
  if (connections_.size() >= options.connections) evict({});
  // Nobody gave way, or only one of those in reserve.
  const bool full = connections_.size() >= options.connections;
  if (connections_.size() >= options.connections + options.reserved_connections) {
    return turn_away(socket, "connections");
  }
  const auto of_address = by_address_.find(remote);
  const std::size_t open = of_address == by_address_.end() ? 0 : of_address->second;
  if (open >= options.connections_per_address && !full && !evict(remote)) {
    return turn_away(socket, "connections_of_address");
  }
  const auto connection = std::make_shared<HttpConnection>(
      shared_from_this(), std::move(socket), remote, address.is_loopback(), full);
  std::size_t& of_this_address = by_address_[remote];
  connections_.emplace(connection.get(), connection);
  ++of_this_address;
  connection->start();
}

bool HttpServer::Loop::evict(std::string_view address) {
  std::vector<std::pair<HttpConnection::Rank, HttpConnection*>> idle;
  for (const auto& [one, held] : connections_) {
    if (!address.empty() && one->remote() != address) continue;
    if (const auto rank = one->rank()) idle.emplace_back(*rank, one);
  }
  if (idle.empty()) return false;
  constexpr std::size_t kLooks = 8;
  const std::size_t looks = std::min(kLooks, idle.size());
  std::partial_sort(idle.begin(), idle.begin() + static_cast<std::ptrdiff_t>(looks), idle.end());
  HttpConnection* chosen = idle.front().second;
  // A request that has arrived but was not read yet deserves its answer.
  for (std::size_t i = 0; i < looks; ++i) {
    if (idle[i].second->has_unread()) continue;
    chosen = idle[i].second;
    break;
  }
  chosen->give_way("evicted");
  return true;
}

void HttpServer::Loop::hold(HttpConnection& connection) {
  const HttpBody::Held& held = connection.held();
  if (held.owner == nullptr || ++answer_owners_[held.owner] == 1) answer_bytes_ += held.bytes;
  while (answer_bytes_ > options.answer_bytes_of_all) {
    HttpConnection* slowest = nullptr;
    for (const auto& [one, held_by_us] : connections_) {
      if (one == &connection || !one->holds_answer() || one->held().bytes < kSmallAnswer) continue;
      // Dropping one of those that share our own answer would free nothing.
      if (held.owner != nullptr && one->held().owner == held.owner) continue;
      if (slowest == nullptr || one->answer_since() < slowest->answer_since()) slowest = one;
    }
    if (slowest == nullptr) return;
    slowest->give_way("slow_answer");
  }
}

void HttpServer::Loop::release(const HttpBody::Held& held) {
  if (held.owner != nullptr) {
    const auto sharing = answer_owners_.find(held.owner);
    if (sharing == answer_owners_.end() || --sharing->second > 0) return;
    answer_owners_.erase(sharing);
  }
  answer_bytes_ -= held.bytes;
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
  for (const auto& connection : open_connections()) connection->check_deadline(now);
  if (stopping) {
    if (now >= stop_deadline_) close_all();
    if (connections_.empty()) return;
  } else {
    handler.on_timer(connections_.size());
  }
  timer_.expires_after(stopping ? kTimer / 10 : kTimer);
  timer_.async_wait([this, armed = arm(ticking_)](const error_code& ec) mutable {
    armed.reset();
    if (!ec || stopping) tick();
  });
}

std::vector<std::shared_ptr<HttpConnection>> HttpServer::Loop::open_connections() const {
  std::vector<std::shared_ptr<HttpConnection>> all;
  all.reserve(connections_.size());
  for (const auto& [raw, connection] : connections_) all.push_back(connection);
  return all;
}

void HttpServer::Loop::close_all() {
  for (const auto& connection : open_connections()) connection->close();
}

void HttpServer::Loop::stop() {
  const auto begin = [this] {
    stopping = true;
    stop_deadline_ = now() + options.stop_timeout;
    error_code ignored;
    acceptor_.close(ignored);
    accept_pause_.cancel();
    for (const auto& connection : open_connections()) connection->drain();
    timer_.cancel();
  };
  insist("the stop of the web server", [&] { post(begin); });
  if (thread_.joinable()) thread_.join();
}

HttpServer::HttpServer(std::shared_ptr<Loop> loop) : loop_(std::move(loop)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options,
                                                      HttpHandler& handler) {
  auto loop = std::make_shared<Loop>(std::move(options), handler);
  if (Result<void> listening = loop->listen(); !listening) return std::move(listening).error();
  auto thread = start_thread(loop->options.thread_name, [raw = loop.get()] { raw->run(); });
  if (!thread) return std::move(thread).error();
  loop->thread_ = *std::move(thread);
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
