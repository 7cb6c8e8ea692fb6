#pragma once

// Only for websocket.cpp.

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <boost/system/system_error.hpp>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "net/frame_edges.hpp"

namespace discern::net {

// A stream that reads much at once and gives it out frame by frame, never beyond the end of one:
// then nothing of the next frame hides inside of Beast, and it is known whether the next message is
// here already. Such a message can be read without going back to the event loop, which is what
// makes a busy gateway cheap: one system call and one wake-up for dozens of messages.
template <class Next>
class ReadAhead {
 public:
  using next_layer_type = Next;
  using executor_type = typename Next::executor_type;
  using error_code = boost::system::error_code;

  explicit ReadAhead(Next next) : next_(std::move(next)) {}

  executor_type get_executor() { return next_.get_executor(); }
  Next& next_layer() { return next_; }
  const Next& next_layer() const { return next_; }

  // A whole message of one frame, not a control frame, is here: a synchronous read of it neither
  // waits nor writes.
  bool holds_message() const { return edges_.is_whole_message(unread()); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_compose<Token, void(error_code, std::size_t)>(
        [this, buffers, step = Step::Begin](
            auto& self, error_code error = {}, std::size_t size = 0) mutable {
          if (step == Step::Reading) {
            if (error) return self.complete(error, 0);
            end_ += size;
          }
          const std::size_t ready = edges_.ready(unread());
          if (ready == 0 && boost::asio::buffer_size(buffers) > 0) {
            step = Step::Reading;
            return next_.async_read_some(room(), std::move(self));
          }
          if (step == Step::Begin) {
            step = Step::Posted;
            return boost::asio::post(get_executor(), std::move(self));
          }
          self.complete({}, take(buffers, ready));
        },
        token,
        next_);
  }
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, error_code& error) {
    error = {};
    while (edges_.ready(unread()) == 0) {
      end_ += next_.read_some(room(), error);
      if (error) return 0;
    }
    return take(buffers, edges_.ready(unread()));
  }

  // Beast asks for a form that throws, too, and never calls it.
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    error_code error;
    const std::size_t size = read_some(buffers, error);
    if (error) throw boost::system::system_error(error);
    return size;
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return next_.async_write_some(buffers, std::forward<Token>(token));
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, error_code& error) {
    return next_.write_some(buffers, error);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    return next_.write_some(buffers);
  }

 private:
  enum class Step { Begin, Posted, Reading };
  // A TLS record; some fifty compressed events.
  static constexpr std::size_t kSize = std::size_t{16} * 1024;

  std::string_view unread() const { return {bytes_.get() + begin_, end_ - begin_}; }

  boost::asio::mutable_buffer room() {
    // There is room: only the beginning of a frame, or of the answer to the handshake, is ever
    // kept.
    std::copy(bytes_.get() + begin_, bytes_.get() + end_, bytes_.get());
    end_ -= begin_;
    begin_ = 0;
    return {bytes_.get() + end_, kSize - end_};
  }

  template <class Buffers>
  std::size_t take(const Buffers& buffers, std::size_t ready) {
    const std::size_t size =
        boost::asio::buffer_copy(buffers, boost::asio::buffer(bytes_.get() + begin_, ready));
    edges_.take(unread(), size);
    begin_ += size;
    return size;
  }

  Next next_;
  FrameEdges edges_;
  std::unique_ptr<char[]> bytes_{new char[kSize]};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

template <class Next>
void teardown(boost::beast::role_type role,
              ReadAhead<Next>& stream,
              boost::system::error_code& error) {
  using boost::beast::websocket::teardown;
  teardown(role, stream.next_layer(), error);
}

template <class Next, class Handler>
void async_teardown(boost::beast::role_type role, ReadAhead<Next>& stream, Handler&& handler) {
  using boost::beast::websocket::async_teardown;
  async_teardown(role, stream.next_layer(), std::forward<Handler>(handler));
}

}  // namespace discern::net
