#include "net/websocket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <cstring>
#include <deque>
#include <optional>

#include "base/log.hpp"
#include "net/close_on_exec.hpp"
#include "net/read_ahead.hpp"

namespace discern::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kCloseTimeout{2};

using PlainStream = tcp::socket;
using TlsStream = beast::ssl_stream<tcp::socket>;

// What the handle needs to know of a connection, whatever it runs over.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void send(std::string text) = 0;
  virtual void close(std::uint16_t code) = 0;
  virtual void detach() = 0;
};

template <class Stream>
class StreamConnection final : public Connection,
                               public std::enable_shared_from_this<StreamConnection<Stream>> {
 public:
  StreamConnection(asio::io_context& io,
                   Stream stream,
                   WebSocketUrl url,
                   const WebSocketOptions& options,
                   std::shared_ptr<int> look_ups,
                   WebSocketListener& listener)
      : look_ups_(std::move(look_ups)),
        listener_(&listener),
        url_(std::move(url)),
        options_(options),
        resolver_(io),
        timer_(io),
        socket_(ReadAhead<Stream>(std::move(stream))) {}

  void start() {
    timer_.expires_after(options_.connect_timeout);
    timer_.async_wait([keep = self()](error_code cancelled) {
      if (cancelled) return;
      keep->timed_out_ = true;
      keep->abort();
    });
    // Not in the coroutine: the resolver starts a thread of its own, and a coroutine does not
    // survive an operation that cannot even begin.
    try {
      resolver_.async_resolve(url_.host,
                              url_.port,
                              [keep = self()](error_code error, tcp::resolver::results_type found) {
                                --*keep->look_ups_;
                                keep->on_resolved(error, std::move(found));
                              });
      ++*look_ups_;
    } catch (const std::exception& refused) {
      asio::post(timer_.get_executor(), [keep = self(), text = std::string(refused.what())] {
        keep->finish({0, "could not look for " + keep->url_.host + ": " + text, false});
      });
    }
  }

  void send(std::string text) override {
    if (!open_ || closing_) return;
    outgoing_.push_back(std::move(text));
    if (!writing_) write_next();
  }

  void close(std::uint16_t code) override {
    if (closing_) return;
    closing_ = true;
    close_code_ = code;
    if (!open_) return abort();
    limit_close();
    if (!writing_) begin_close();
  }

  void detach() override {
    listener_ = nullptr;
    if (!closing_) abort();
  }

 private:
  auto self() { return this->shared_from_this(); }

  void on_resolved(error_code error, tcp::resolver::results_type addresses) {
    if (error || aborted_) {
      give_up(error);
      return not_connected("could not find " + url_.host, error);
    }
    // The handler holds the connection alive until the last operation of the coroutine ended.
    asio::co_spawn(timer_.get_executor(),
                   run(std::move(addresses)),
                   [keep = self()](std::exception_ptr thrown) {
                     if (thrown) keep->fail(std::move(thrown));
                   });
  }

  void not_connected(const std::string& step, error_code error) {
    if (timed_out_) {
      const auto limit = options_.connect_timeout.count();
      return finish({0, "no connection within " + std::to_string(limit) + " ms", false});
    }
    finish({0, step + ": " + error.message(), false});
  }

  asio::awaitable<void> run(tcp::resolver::results_type addresses) {
    error_code error;
    std::string failed_step;
    co_await establish(addresses, error, failed_step);
    timer_.cancel();
    if (error) {
      not_connected(failed_step, error);
      co_return;
    }
    open_ = true;
    if (listener_ != nullptr && !closing_) listener_->on_open();
    co_await read_messages();
  }

  asio::awaitable<void> establish(const tcp::resolver::results_type& addresses,
                                  error_code& error,
                                  std::string& step) {
    step = "could not connect to " + url_.host;
    auto [connect_error, endpoint] =
        co_await asio::async_connect(beast::get_lowest_layer(socket_), addresses, kToken);
    error = connect_error;
    if (error || aborted_) co_return give_up(error);
    beast::get_lowest_layer(socket_).set_option(tcp::no_delay(true), error);
    close_on_exec(beast::get_lowest_layer(socket_));
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      step = "TLS with " + url_.host + " failed";
      auto& tls = socket_.next_layer().next_layer();
      if (SSL_set_tlsext_host_name(tls.native_handle(), url_.host.c_str()) != 1) {
        error = error_code(static_cast<int>(::ERR_get_error()), asio::error::get_ssl_category());
        co_return;
      }
      tls.set_verify_callback(asio::ssl::host_name_verification(url_.host));
      auto [tls_error] = co_await tls.async_handshake(asio::ssl::stream_base::client, kToken);
      error = tls_error;
      if (error || aborted_) co_return give_up(error);
    }
    step = url_.host + " refused the WebSocket upgrade";
    set_options();
    const bool default_port = url_.port == (url_.tls ? "443" : "80");
    const std::string host = default_port ? url_.host : url_.host + ":" + url_.port;
    auto [upgrade_error] = co_await socket_.async_handshake(host, url_.target, kToken);
    error = upgrade_error;
    if (aborted_) give_up(error);
  }

  static void give_up(error_code& error) {
    if (!error) error = asio::error::operation_aborted;
  }

  void set_options() {
    websocket::stream_base::timeout limits{};
    limits.idle_timeout = websocket::stream_base::none();
    limits.keep_alive_pings = false;
    limits.handshake_timeout =
        std::max<std::chrono::steady_clock::duration>(options_.connect_timeout, kCloseTimeout);
    socket_.set_option(limits);
    socket_.set_option(websocket::stream_base::decorator(
        [agent = options_.user_agent](websocket::request_type& request) {
          if (!agent.empty()) request.set(beast::http::field::user_agent, agent);
        }));
    socket_.read_message_max(options_.max_message_bytes);
    socket_.auto_fragment(false);
    socket_.text(true);
  }

  asio::awaitable<void> read_messages() {
    while (true) {
      auto [error, size] = co_await socket_.async_read(buffer_, kToken);
      if (!error) deliver();
      // What is here already needs no way through the event loop.
      while (!error && is_heard() && socket_.next_layer().holds_message()) {
        socket_.read(buffer_, error);
        if (!error) deliver();
      }
      if (error) {
        const auto& reason = socket_.reason();
        if (error == websocket::error::closed) {
          // 1005 stands for a close frame without a code.
          const auto code = reason.code == websocket::close_code::no_status
                                ? std::uint16_t{0}
                                : static_cast<std::uint16_t>(reason.code);
          finish({code, std::string(reason.reason.data(), reason.reason.size()), true});
        } else {
          finish({0, error.message(), true});
        }
        co_return;
      }
    }
  }

  bool is_heard() const { return listener_ != nullptr && !closing_; }

  void deliver() {
    if (is_heard()) {
      const auto padding = buffer_.prepare(kMessagePadding);
      std::memset(padding.data(), 0, padding.size());
      const auto bytes = buffer_.cdata();
      listener_->on_message({static_cast<const char*>(bytes.data()), bytes.size()},
                            socket_.got_binary());
    }
    buffer_.consume(buffer_.size());
    // One huge message must not hold its memory for the life of the connection.
    if (buffer_.capacity() > kKeptBuffer) buffer_ = beast::flat_buffer();
  }

  void write_next() {
    writing_ = true;
    socket_.async_write(
        asio::buffer(outgoing_.front()),
        [keep = self()](error_code error, std::size_t) { keep->on_written(error); });
  }

  void on_written(error_code error) {
    writing_ = false;
    outgoing_.pop_front();
    // A failed write ends the read, too, which reports it.
    if (error) return abort();
    if (!outgoing_.empty()) return write_next();
    if (closing_) begin_close();
  }

  // Also of a peer that does not even take what is being written.
  void limit_close() {
    timer_.expires_after(kCloseTimeout);
    timer_.async_wait([keep = self()](error_code cancelled) {
      if (!cancelled) keep->abort();
    });
  }

  void begin_close() {
    socket_.async_close(websocket::close_reason(static_cast<websocket::close_code>(close_code_)),
                        [keep = self()](error_code) {
                          keep->timer_.cancel();
                          keep->abort();
                        });
  }

  void abort() {
    aborted_ = true;
    resolver_.cancel();
    error_code ignored;
    beast::get_lowest_layer(socket_).close(ignored);
  }

  // A bug of the listener's, or a system that has no memory or thread left: the listener hears of
  // the end all the same, or it would wait for ever.
  void fail(std::exception_ptr thrown) {
    try {
      std::rethrow_exception(std::move(thrown));
    } catch (const std::exception& error) {
      log::error("net", "the connection to {} ends for an exception: {}", url_.host, error.what());
      finish({0, error.what(), open_});
    }
  }

  void finish(const WebSocketEnd& end) {
    open_ = false;
    timer_.cancel();
    error_code ignored;
    beast::get_lowest_layer(socket_).close(ignored);
    WebSocketListener* listener = std::exchange(listener_, nullptr);
    if (listener != nullptr) listener->on_end(end);
  }

  static constexpr std::size_t kKeptBuffer = 1024 * 1024;

  const std::shared_ptr<int> look_ups_;  // Under way, of all connections.
  WebSocketListener* listener_;
  const WebSocketUrl url_;
  const WebSocketOptions options_;
  tcp::resolver resolver_;
  asio::steady_timer timer_;
  websocket::stream<ReadAhead<Stream>> socket_;
  beast::flat_buffer buffer_;
  std::deque<std::string> outgoing_;
  std::uint16_t close_code_ = 1000;
  bool open_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool aborted_ = false;
  bool timed_out_ = false;
};

class Handle final : public WebSocket {
 public:
  explicit Handle(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  ~Handle() override { connection_->detach(); }
  void send(std::string text) override { connection_->send(std::move(text)); }
  void close(std::uint16_t code) override { connection_->close(code); }

 private:
  // Shared with the coroutine that reads, which may outlive the handle.
  std::shared_ptr<Connection> connection_;
};

// Tells the listener, later, that the address is no address.
class BadAddress final : public Connection, public std::enable_shared_from_this<BadAddress> {
 public:
  explicit BadAddress(WebSocketListener& listener) : listener_(&listener) {}
  void start(asio::io_context& io) {
    asio::post(io, [keep = shared_from_this()] {
      WebSocketListener* listener = std::exchange(keep->listener_, nullptr);
      if (listener != nullptr) {
        listener->on_end({0, "the gateway's address is no ws:// or wss:// address", false});
      }
    });
  }
  void send(std::string) override {}
  void close(std::uint16_t) override {}
  void detach() override { listener_ = nullptr; }

 private:
  WebSocketListener* listener_;
};

class BeastConnector final : public WebSocketConnector {
 public:
  BeastConnector(asio::io_context& io, WebSocketOptions options)
      : io_(io), options_(std::move(options)) {
    if (options_.prepare_tls) ensure_tls();
  }

  std::unique_ptr<WebSocket> connect(const std::string& text,
                                     WebSocketListener& listener) override {
    WebSocketUrl url;
    if (!parse_websocket_url(text, url)) {
      auto bad = std::make_shared<BadAddress>(listener);
      bad->start(io_);
      return std::make_unique<Handle>(std::move(bad));
    }
    if (url.tls) {
      return begin<TlsStream>(TlsStream(tcp::socket(io_), ensure_tls()), std::move(url), listener);
    }
    return begin<PlainStream>(tcp::socket(io_), std::move(url), listener);
  }

  bool is_looking_up() const override { return *look_ups_ > 0; }

 private:
  template <class Stream>
  std::unique_ptr<WebSocket> begin(Stream stream, WebSocketUrl url, WebSocketListener& listener) {
    auto made = std::make_shared<StreamConnection<Stream>>(
        io_, std::move(stream), std::move(url), options_, look_ups_, listener);
    made->start();
    return std::make_unique<Handle>(std::move(made));
  }

  // Reading the trust store takes a tenth of a second, some megabytes and the disk.
  asio::ssl::context& ensure_tls() {
    if (tls_) return *tls_;
    error_code ignored;
    tls_.emplace(asio::ssl::context::tls_client);
    tls_->set_options(asio::ssl::context::no_sslv2 | asio::ssl::context::no_sslv3 |
                      asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    tls_->set_default_verify_paths(ignored);
    tls_->set_verify_mode(asio::ssl::verify_peer);
    return *tls_;
  }

  asio::io_context& io_;
  const WebSocketOptions options_;
  const std::shared_ptr<int> look_ups_ = std::make_shared<int>(0);
  std::optional<asio::ssl::context> tls_;
};

}  // namespace

std::unique_ptr<WebSocketConnector> make_websocket_connector(asio::io_context& io,
                                                             WebSocketOptions options) {
  return std::make_unique<BeastConnector>(io, std::move(options));
}

}  // namespace discern::net
