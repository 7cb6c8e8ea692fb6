#pragma once

// Only for net/server.cpp.

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace discern::sim {

// A stream whose writes go into memory and leave together: a thousand small WebSocket messages cost
// one system call. Beast's own control frames pass through it too, so nothing interleaves.
//
// Owned by a shared_ptr's object; `keep_alive` must give that object's owner, because a write may
// outlive every other reference.
class QueuedStream {
 public:
  using executor_type = boost::asio::ip::tcp::socket::executor_type;
  using next_layer_type = boost::asio::ip::tcp::socket;
  using error_code = boost::system::error_code;

  explicit QueuedStream(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

  executor_type get_executor() { return socket_.get_executor(); }
  boost::asio::ip::tcp::socket& socket() { return socket_; }
  std::size_t unsent() const { return queued_.size() + leaving_.size(); }

  void start(std::function<std::shared_ptr<void>()> keep_alive, std::function<void()> on_drained) {
    keep_alive_ = std::move(keep_alive);
    on_drained_ = std::move(on_drained);
  }

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, error_code& error) {
    return socket_.read_some(buffers, error);
  }
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    return socket_.read_some(buffers);
  }
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return socket_.async_read_some(buffers, std::forward<Token>(token));
  }

  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, error_code& error) {
    error = {};
    return enqueue(buffers);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    return enqueue(buffers);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    const std::size_t size = enqueue(buffers);
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, std::size_t n) {
          boost::asio::post(get_executor(), [h = std::move(handler), n]() mutable {
            std::move(h)(error_code{}, n);
          });
        },
        token,
        size);
  }

 private:
  template <class Buffers>
  std::size_t enqueue(const Buffers& buffers) {
    const std::size_t size = boost::asio::buffer_size(buffers);
    const std::size_t used = queued_.size();
    queued_.resize(used + size);
    boost::asio::buffer_copy(boost::asio::buffer(queued_.data() + used, size), buffers);
    if (!scheduled_ && keep_alive_) {
      scheduled_ = true;
      boost::asio::post(get_executor(), [this, keep = keep_alive_()] { flush(); });
    }
    return size;
  }

  void flush() {
    leaving_.swap(queued_);
    boost::asio::async_write(
        socket_,
        boost::asio::buffer(leaving_),
        [this, keep = keep_alive_()](error_code error, std::size_t) { on_written(error); });
  }

  void on_written(error_code error) {
    leaving_.clear();
    if (error) {
      queued_.clear();
      return;  // Stays scheduled: nothing more will be written.
    }
    if (queued_.empty()) {
      scheduled_ = false;
      on_drained_();
      return;
    }
    flush();
  }

  boost::asio::ip::tcp::socket socket_;
  std::string queued_;
  std::string leaving_;
  bool scheduled_ = false;
  std::function<std::shared_ptr<void>()> keep_alive_;
  std::function<void()> on_drained_;
};

// Beast closes the stream by this when its own timeouts run out.
inline void beast_close_socket(QueuedStream& stream) {
  boost::system::error_code ignored;
  stream.socket().close(ignored);
}

inline void teardown(boost::beast::role_type role,
                     QueuedStream& stream,
                     boost::system::error_code& error) {
  using boost::beast::websocket::teardown;
  teardown(role, stream.socket(), error);
}

template <class Handler>
void async_teardown(boost::beast::role_type role, QueuedStream& stream, Handler&& handler) {
  using boost::beast::websocket::async_teardown;
  async_teardown(role, stream.socket(), std::forward<Handler>(handler));
}

}  // namespace discern::sim
