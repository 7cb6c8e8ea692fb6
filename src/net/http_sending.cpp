// How a connection sends: in slices, with a bounded part of each answer in the kernel, and with the
// memory of the answers that wait for their clients counted in one budget.

#include <boost/asio/buffer.hpp>

#include <array>
#include <charconv>

#include "base/log.hpp"
#include "net/http_connection.hpp"

namespace discern::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// What one connection may send before others get their turn.
constexpr std::size_t kSlice = 256 * 1024;
constexpr std::size_t kSmallSlice = 16 * 1024;
// How many slow clients have a send buffer of full size.
constexpr std::size_t kRoomyClients = 64;
// Asked of the kernel, which doubles it; never less than a packet, which is 64 KiB on loopback.
constexpr int kSmallSendBuffer = 8 * 1024;
// What a client must take within write_timeout.
constexpr std::size_t kLeastProgress = 32 * 1024;
// What a stream has queued below this is not counted.
constexpr std::size_t kSmallQueue = 64 * 1024;

bool would_block(const error_code& ec) {
  return ec == asio::error::would_block || ec == asio::error::try_again;
}

}  // namespace

// Asks the kernel to keep little of this connection's answers when it keeps those of many already.
void HttpConnection::choose_send_buffer() {
  const bool small = loop_->blocked >= kRoomyClients;
  if (small == small_send_buffer_) return;
  small_send_buffer_ = small;
  const asio::socket_base::send_buffer_size size(small ? kSmallSendBuffer : kHttpSendBuffer);
  error_code ignored;
  socket_.set_option(size, ignored);
}

HttpConnection::Sent HttpConnection::flush() {
  if (writing_) return Sent::Later;
  choose_send_buffer();
  const std::size_t slice = small_send_buffer_ ? kSmallSlice : kSlice;
  std::size_t in_slice = 0;
  for (;;) {
    while (sent_ < out_.size() + large_.view().size()) {
      if (in_slice >= slice) {
        let_others_go_first();
        return Sent::Later;
      }
      error_code ec;
      const std::size_t size = write_some(slice - in_slice, ec);
      if (would_block(ec)) {
        wait_for_reader();
        return Sent::Later;
      }
      if (ec) {
        close();
        return Sent::Broken;
      }
      sent_ += size;
      in_slice += size;
      if (progress_) *progress_ += size;
    }
    if (!source_) break;
    if (!append_piece()) return Sent::Broken;
  }
  report_answers();
  return Sent::All;
}

std::size_t HttpConnection::write_some(std::size_t most, error_code& ec) {
  const std::string_view large = large_.view();
  if (large.empty()) {
    return socket_.write_some(
        asio::buffer(out_.data() + sent_, std::min(most, out_.size() - sent_)), ec);
  }
  const std::size_t of_out = std::min(sent_, out_.size());
  const std::size_t of_large = sent_ - of_out;
  const std::array<asio::const_buffer, 2> buffers{
      asio::buffer(out_) + of_out,
      asio::buffer(large.data() + of_large, std::min(most, large.size() - of_large))};
  return socket_.write_some(buffers, ec);
}

// Replaces what was sent by the next piece of the body. False when the connection is closed.
bool HttpConnection::append_piece() {
  out_.clear();
  sent_ = 0;
  bool more = true;
  std::string piece;
  try {
    while (more && piece.empty()) more = source_->append_piece(piece);
  } catch (const std::exception& e) {
    // The status is sent already; only a cut connection says that the answer is not whole.
    log::error("web", "an answer could not be finished: {}", e.what());
    close();
    return false;
  }
  if (!chunked_) {
    out_ = std::move(piece);
  } else if (!piece.empty()) {
    char size[16];
    out_.append(size, std::to_chars(size, size + sizeof size, piece.size(), 16).ptr);
    out_.append("\r\n").append(piece).append("\r\n");
  }
  if (more) return true;
  if (chunked_) out_.append("0\r\n\r\n");
  source_.reset();
  return true;
}

// A client that takes a byte now and then makes no progress.
void HttpConnection::watch_progress() {
  if (progress_ && *progress_ < kLeastProgress && phase_ != Phase::Streaming) return;
  set_deadline(loop_->options.write_timeout);
  progress_ = 0;
}

void HttpConnection::wait_for_reader() {
  watch_progress();
  writing_ = true;
  if (!std::exchange(blocked_, true)) ++loop_->blocked;
  socket_.async_wait(asio::ip::tcp::socket::wait_write,
                     [self = shared_from_this()](const error_code& ec) {
                       self->guarded([&] { self->on_writable(ec); });
                     });
  // Last, because others are closed for it.
  if (phase_ == Phase::Streaming) {
    if (queued_bytes_ > kSmallQueue) hold_answer({nullptr, queued_bytes_});
  } else {
    HttpBody::Held held = source_ ? HttpBody(source_).held() : large_.held();
    if (held.owner == nullptr) held.bytes += out_.capacity();
    hold_answer(held);
  }
}

void HttpConnection::let_others_go_first() {
  watch_progress();
  writing_ = true;
  asio::post(loop_->io,
             [self = shared_from_this()] { self->guarded([&] { self->on_writable({}); }); });
}

void HttpConnection::on_writable(const error_code& ec) {
  writing_ = false;
  if (std::exchange(blocked_, false)) --loop_->blocked;
  if (phase_ == Phase::Closed) return;
  if (ec) return close();
  if (phase_ == Phase::Streaming) return pump();
  if (flush() == Sent::All) run();
}

void HttpConnection::hold_answer(HttpBody::Held what) {
  if (std::exchange(held_, true)) return;
  held_answer_ = what;
  loop_->hold(*this);
}

void HttpConnection::release_answer() {
  if (std::exchange(held_, false)) loop_->release(held_answer_);
}

void HttpConnection::report_answers() {
  sent_ = 0;
  out_.clear();
  if (out_.capacity() > 2 * kFlushSize) out_.shrink_to_fit();
  large_ = {};
  progress_.reset();
  release_answer();
  if (pending_.empty()) return;
  const SteadyTime now = loop_->now();
  for (const Pending& one : pending_) {
    loop_->handler.on_answered(one.tag, one.status, now - one.began);
  }
  pending_.clear();
}

// ---- streams

std::shared_ptr<HttpStream> HttpConnection::open_stream(std::uint64_t request,
                                                        HttpResponse head,
                                                        std::function<void()> on_closed) {
  if (request != request_ || phase_ != Phase::Handling) return nullptr;
  guarded([&] { begin_stream(std::move(head), std::move(on_closed)); });
  const bool is_open = phase_ == Phase::Streaming && request == request_;
  return is_open ? shared_from_this() : nullptr;
}

void HttpConnection::begin_stream(HttpResponse head, std::function<void()> on_closed) {
  if (head_only_) {
    take_answer(std::move(head));
    return run();
  }
  append_head(out_, head, 0, HttpFraming::UntilClose, loop_->head_context(false, false));
  pending_.push_back({tag_, head.status, request_began_});
  phase_ = Phase::Streaming;
  on_stream_closed_ = std::move(on_closed);
  // A thousand streams must not hold a thousand input buffers.
  std::vector<char>(256).swap(in_);
  in_begin_ = in_end_ = 0;
  reader_.next();
  account_for_body();
  choose_send_buffer();
  auto first = std::make_shared<std::string>(std::move(out_));
  out_ = {};
  report_answers();
  push(std::move(first));
  read();
}

bool HttpConnection::push(SharedBytes bytes) {
  bool taken = false;
  guarded([&] { taken = queue(std::move(bytes)); });
  return taken;
}

bool HttpConnection::queue(SharedBytes bytes) {
  if (phase_ != Phase::Streaming) return false;
  const HttpServerOptions& options = loop_->options;
  // One message always fits, however large, so that a replay is no overflow.
  if (!queue_.empty() && (queue_.size() >= options.stream_queue_length ||
                          queued_bytes_ + bytes->size() > options.stream_queue_bytes)) {
    loop_->handler.on_refused("slow_stream", 0);
    close();
    return false;
  }
  queued_bytes_ += bytes->size();
  queue_.push_back(std::move(bytes));
  if (!writing_) pump();
  return phase_ == Phase::Streaming;
}

void HttpConnection::pump() {
  while (!queue_.empty()) {
    std::array<asio::const_buffer, 16> buffers;
    std::size_t count = 0;
    for (const SharedBytes& one : queue_) {
      if (count == buffers.size()) break;
      buffers[count++] = asio::buffer(*one);
    }
    buffers[0] += front_sent_;
    error_code ec;
    std::size_t sent = socket_.write_some(std::span(buffers.data(), count), ec);
    if (would_block(ec)) return wait_for_reader();
    if (ec) return close();
    queued_bytes_ -= sent;
    sent += front_sent_;
    while (!queue_.empty() && sent >= queue_.front()->size()) {
      sent -= queue_.front()->size();
      queue_.pop_front();
    }
    front_sent_ = sent;
  }
  release_answer();
}

}  // namespace discern::net
