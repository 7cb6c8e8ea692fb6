#include "sim/net/server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <csignal>
#include <optional>

#include "sim/net/queued_stream.hpp"

namespace discern::sim {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Request = http::request<http::string_body>;

constexpr std::size_t kMaxBody = std::size_t{30} * 1024 * 1024;
constexpr Millis kTick{20};

std::string text_of(const Request& request, http::field field) {
  return std::string(request[field]);
}

HttpRequest to_request(Request&& request) {
  return {std::string(request.method_string()),
          std::string(request.target()),
          text_of(request, http::field::host),
          text_of(request, http::field::authorization),
          text_of(request, http::field::user_agent),
          text_of(request, http::field::content_type),
          std::move(request.body())};
}

http::response<http::string_body> to_response(HttpReply&& reply, const Request& request) {
  http::response<http::string_body> response(static_cast<http::status>(reply.status),
                                             request.version());
  response.keep_alive(request.keep_alive());
  for (const auto& [name, value] : reply.headers) response.set(name, value);
  if (reply.status != 204) {
    response.set(http::field::content_type, reply.content_type);
    response.body() = std::move(reply.body);
  }
  response.prepare_payload();
  return response;
}

class WebSocket final : public GatewaySocket, public std::enable_shared_from_this<WebSocket> {
 public:
  explicit WebSocket(tcp::socket socket) : stream_(std::move(socket)) {}

  void send(std::string_view message, bool binary) override {
    if (finished_) return;
    stream_.binary(binary);
    ErrorCode error;
    stream_.write(asio::buffer(message), error);
  }
  std::size_t unsent() const override { return stream_.next_layer().unsent(); }

  void close(std::uint16_t code, std::string_view reason) override {
    if (finished_) return;
    finished_ = true;
    stream_.async_close(websocket::close_reason(static_cast<websocket::close_code>(code),
                                                beast::string_view(reason.data(), reason.size())),
                        [keep = shared_from_this()](ErrorCode) {});
  }

  void abort() override {
    finished_ = true;
    ErrorCode ignored;
    tcp::socket& socket = stream_.next_layer().socket();
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
  }

  asio::awaitable<void> run(Request upgrade, ServerHandler& handler) {
    websocket::stream_base::timeout timeouts{
        std::chrono::seconds(5), websocket::stream_base::none(), false};
    stream_.set_option(timeouts);
    stream_.auto_fragment(false);
    stream_.read_message_max(std::size_t{1} << 20);
    stream_.next_layer().start([this]() -> std::shared_ptr<void> { return shared_from_this(); },
                               [this] {
                                 if (listener_ && !finished_) listener_->on_drained();
                               });
    ErrorCode error;
    co_await stream_.async_accept(upgrade, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    listener_ = handler.on_socket(*this, to_request(std::move(upgrade)));
    if (!listener_) co_return;
    co_await read(error);
    finished_ = true;
    listener_->on_closed(closed_code(error));
    listener_.reset();
  }

 private:
  asio::awaitable<void> read(ErrorCode& error) {
    beast::flat_buffer buffer;
    while (true) {
      co_await stream_.async_read(buffer, asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      const auto bytes = buffer.cdata();
      listener_->on_message({static_cast<const char*>(bytes.data()), bytes.size()});
      buffer.consume(buffer.size());
    }
  }

  std::uint16_t closed_code(const ErrorCode& error) const {
    if (error != websocket::error::closed) return 1006;
    const auto code = static_cast<std::uint16_t>(stream_.reason().code);
    return code == 0 ? 1005 : code;
  }

  websocket::stream<QueuedStream, false> stream_;
  std::unique_ptr<SocketListener> listener_;
  bool finished_ = false;
};

asio::awaitable<bool> answer(tcp::socket& socket, Request request, ServerHandler& handler) {
  const Request head{request.base()};
  HttpReply reply = handler.on_request(to_request(std::move(request)));
  if (reply.delay > Millis{0}) {
    asio::steady_timer timer(socket.get_executor(), reply.delay);
    co_await timer.async_wait(asio::use_awaitable);
  }
  if (reply.hang_up) co_return false;
  auto response = to_response(std::move(reply), head);
  ErrorCode error;
  co_await http::async_write(socket, response, asio::redirect_error(asio::use_awaitable, error));
  co_return !error && response.keep_alive();
}

asio::awaitable<void> serve(tcp::socket socket, ServerHandler& handler) {
  beast::flat_buffer buffer;
  ErrorCode error;
  socket.set_option(tcp::no_delay(true), error);
  while (true) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(kMaxBody);
    co_await http::async_read(
        socket, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    Request request = parser.release();
    if (websocket::is_upgrade(request)) {
      // Shared: pending writes keep the connection's object alive after this coroutine's end.
      const auto web_socket = std::make_shared<WebSocket>(std::move(socket));
      co_await web_socket->run(std::move(request), handler);
      co_return;
    }
    if (!co_await answer(socket, std::move(request), handler)) co_return;
  }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, ServerHandler& handler) {
  while (true) {
    ErrorCode error;
    tcp::socket socket =
        co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (!error) {
      asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), handler), asio::detached);
    }
  }
}

asio::awaitable<void> tick(ServerHandler& handler) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (true) {
    timer.expires_after(kTick);
    co_await timer.async_wait(asio::use_awaitable);
    handler.on_tick();
  }
}

}  // namespace

class Server::Core {
 public:
  explicit Core(std::uint16_t port) : first_(context_), second_(context_) {
    listen(first_, "127.0.0.1", port);
    port_ = first_.local_endpoint().port();
    try {
      listen(second_, "127.0.0.2", port_);
      has_second_ = true;
    } catch (const boost::system::system_error&) {
      ErrorCode ignored;
      second_.close(ignored);
    }
  }

  void run(ServerHandler& handler) {
    asio::signal_set signals(context_, SIGINT, SIGTERM);
    signals.async_wait([this](ErrorCode, int) { context_.stop(); });
    asio::co_spawn(context_, accept(first_, handler), asio::detached);
    if (has_second_) asio::co_spawn(context_, accept(second_, handler), asio::detached);
    asio::co_spawn(context_, tick(handler), rethrow);
    context_.run();
  }

  std::uint16_t port_ = 0;
  bool has_second_ = false;

 private:
  static void rethrow(std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  }
  static void listen(tcp::acceptor& acceptor, const char* address, std::uint16_t port) {
    const tcp::endpoint endpoint(asio::ip::make_address(address), port);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
  }

  asio::io_context context_{1};
  tcp::acceptor first_;
  tcp::acceptor second_;
};

Server::Server(std::uint16_t port) : core_(std::make_unique<Core>(port)) {}
Server::~Server() = default;

std::uint16_t Server::port() const {
  return core_->port_;
}
bool Server::has_second_address() const {
  return core_->has_second_;
}
void Server::run(ServerHandler& handler) {
  core_->run(handler);
}

}  // namespace discern::sim
