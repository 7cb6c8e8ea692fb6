#include "net/http_connection.hpp"

#include <boost/asio/buffer.hpp>

#include <array>
#include <cstring>

#include "base/json_text.hpp"
#include "base/log.hpp"

namespace discern::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kReadSize = 4096;
// Bodies up to this size are copied behind their head: one buffer, one short system call.
constexpr std::size_t kCopyLimit = 16 * 1024;
// Pipelined answers are gathered up to this size.
constexpr std::size_t kFlushSize = 64 * 1024;
constexpr std::chrono::milliseconds kLinger{2000};
constexpr std::size_t kLingerBytes = 2 * 1024 * 1024;

constexpr HttpRefusal kManyBodies{
    503, "bodies", "Too many large requests are under way; try again in a moment."};

HttpResponse error_response(int status, std::string_view sentence) {
  HttpResponse response;
  response.status = status;
  std::string body = "{\"error\":";
  append_json_string(body, sentence);
  body.push_back('}');
  response.body = HttpBody(std::move(body));
  return response;
}

bool would_block(const error_code& ec) {
  return ec == asio::error::would_block || ec == asio::error::try_again;
}

}  // namespace

HttpConnection::HttpConnection(std::shared_ptr<HttpServer::Loop> loop,
                               asio::ip::tcp::socket socket,
                               std::string remote,
                               bool loopback)
    : loop_(std::move(loop)),
      socket_(std::move(socket)),
      remote_(std::move(remote)),
      loopback_(loopback),
      reader_(loop_->options.request) {}

HttpConnection::~HttpConnection() {
  loop_->body_bytes -= accounted_;
}

void HttpConnection::start() {
  set_deadline(loop_->options.header_timeout);
  read();
}

bool HttpConnection::account_for_body() {
  const std::size_t bytes = reader_.body_bytes();
  const bool grew = bytes > accounted_;
  loop_->body_bytes += bytes - accounted_;
  accounted_ = bytes;
  return !grew || loop_->body_bytes <= loop_->options.body_bytes_of_all;
}

std::string_view HttpConnection::unread() const {
  return {in_.data() + in_begin_, in_end_ - in_begin_};
}

// The heart: goes on until it has to wait for the client, the handler or the socket.
void HttpConnection::run() {
  if (writing_ || in_run_) return;
  in_run_ = true;
  // Also when something throws: the deadline must find a connection that it can end.
  struct Leave {
    bool& inside;
    ~Leave() { inside = false; }
  } const leave{in_run_};
  const auto keep = shared_from_this();
  bool more = true;
  while (more) {
    switch (phase_) {
      case Phase::Reading: {
        in_begin_ += reader_.feed(unread());
        if (!account_for_body()) {
          refuse(kManyBodies);
          break;
        }
        const HttpReader::State state = reader_.state();
        if (state == HttpReader::State::Complete) {
          dispatch();
          break;
        }
        if (state == HttpReader::State::Failed) {
          refuse(reader_.refusal());
          break;
        }
        if (state != seen_) {
          seen_ = state;
          set_deadline(state == HttpReader::State::Idle   ? loop_->options.idle_timeout
                       : state == HttpReader::State::Head ? loop_->options.header_timeout
                                                          : loop_->options.body_timeout);
        }
        if (reader_.take_expects_continue()) out_.append("HTTP/1.1 100 Continue\r\n\r\n");
        if (flush() == Sent::All) read();
        more = false;
        break;
      }
      case Phase::Handling:
        flush();
        more = false;
        break;
      case Phase::Answered:
        finish_answer();
        more = phase_ == Phase::Reading && !writing_;
        break;
      default:
        more = false;
    }
  }
}

void HttpConnection::dispatch() {
  phase_ = Phase::Handling;
  request_began_ = loop_->now();
  deadline_ = request_began_ + loop_->options.handler_timeout;
  HttpRequest request = reader_.request();
  request.remote = remote_;
  request.loopback = loopback_;
  tag_ = 0;
  head_only_ = request.method == "HEAD";
  HttpResponder responder(shared_from_this(), ++request_);
  try {
    loop_->handler.on_request(request, std::move(responder));
  } catch (const std::exception& e) {
    // When the handler threw, its responder went with it and has answered 500.
    log::error("web", "a handler failed: {}", e.what());
  }
}

void HttpConnection::refuse(const HttpRefusal& refusal) {
  reader_.drop_body();
  account_for_body();
  loop_->handler.on_refused(refusal.reason, refusal.status);
  tag_ = 0;
  head_only_ = false;
  HttpResponse response = error_response(refusal.status, refusal.sentence);
  response.close = true;
  ++request_;
  request_began_ = loop_->now();
  take_answer(std::move(response));
}

void HttpConnection::set_tag(std::uint64_t request, std::uint32_t tag) {
  if (request == request_ && phase_ == Phase::Handling) tag_ = tag;
}

void HttpConnection::answer(std::uint64_t request, HttpResponse response) {
  // Asio knows by a thread-local look-up whether we are on the server's thread.
  if (loop_->io.get_executor().running_in_this_thread()) {
    if (request != request_ || phase_ != Phase::Handling) return;
    take_answer(std::move(response));
    run();
    return;
  }
  loop_->post([self = shared_from_this(), request, response = std::move(response)]() mutable {
    self->answer(request, std::move(response));
  });
}

void HttpConnection::take_answer(HttpResponse response) {
  close_after_ = response.close || !reader_.keep_alive() || loop_->stopping;
  const std::string_view body = response.body.view();
  append_head(out_,
              response,
              body.size(),
              HttpFraming::Length,
              loop_->head_context(!close_after_, reader_.is_http_1_0()));
  if (!head_only_ && http_status_has_body(response.status)) {
    if (body.size() <= kCopyLimit) {
      out_.append(body);
    } else {
      large_ = std::move(response.body);
    }
  }
  pending_.push_back({tag_, response.status, request_began_});
  phase_ = Phase::Answered;
}

// Sends, unless another complete request may be waiting whose answer can go along.
void HttpConnection::finish_answer() {
  const bool more_to_come = !close_after_ && in_end_ > in_begin_;
  if (!more_to_come || out_.size() >= kFlushSize || !large_.view().empty()) {
    if (flush() != Sent::All) return;
  }
  if (close_after_) return linger();
  reader_.next();
  account_for_body();
  seen_ = HttpReader::State::Complete;
  phase_ = Phase::Reading;
}

void HttpConnection::make_room() {
  if (in_begin_ == in_end_) in_begin_ = in_end_ = 0;
  if (in_begin_ > 0) {
    std::memmove(in_.data(), in_.data() + in_begin_, in_end_ - in_begin_);
    in_end_ -= in_begin_;
    in_begin_ = 0;
  }
  if (in_end_ == in_.size()) in_.resize(in_.size() + kReadSize);
}

void HttpConnection::read() {
  if (reading_ || phase_ == Phase::Closed) return;
  make_room();
  reading_ = true;
  socket_.async_read_some(asio::buffer(in_.data() + in_end_, in_.size() - in_end_),
                          [self = shared_from_this()](const error_code& ec, std::size_t size) {
                            self->on_read(ec, size);
                          });
}

void HttpConnection::on_read(const error_code& ec, std::size_t size) {
  reading_ = false;
  if (phase_ == Phase::Closed) return;
  if (ec) return close();
  if (phase_ == Phase::Lingering || phase_ == Phase::Streaming) {
    // What a client says now is not heard, but its closing is.
    discarded_ += size;
    if (discarded_ > kLingerBytes) return close();
    return read();
  }
  in_end_ += size;
  run();
}

HttpConnection::Sent HttpConnection::flush() {
  if (writing_) return Sent::Later;
  const std::string_view large = large_.view();
  while (sent_ < out_.size() + large.size()) {
    std::array<asio::const_buffer, 2> buffers{asio::buffer(out_), asio::buffer(large)};
    error_code ec;
    std::size_t size = 0;
    if (sent_ == 0 && large.empty()) {
      size = socket_.write_some(asio::buffer(out_), ec);
    } else {
      buffers[0] += std::min(sent_, out_.size());
      if (sent_ > out_.size()) buffers[1] += sent_ - out_.size();
      size = socket_.write_some(buffers, ec);
    }
    if (would_block(ec)) {
      set_deadline(loop_->options.write_timeout);
      wait_until_writable();
      return Sent::Later;
    }
    if (ec) {
      close();
      return Sent::Broken;
    }
    sent_ += size;
  }
  report_answers();
  return Sent::All;
}

void HttpConnection::wait_until_writable() {
  writing_ = true;
  socket_.async_wait(asio::ip::tcp::socket::wait_write,
                     [self = shared_from_this()](const error_code& ec) { self->on_writable(ec); });
}

void HttpConnection::on_writable(const error_code& ec) {
  writing_ = false;
  if (phase_ == Phase::Closed) return;
  if (ec) return close();
  if (phase_ == Phase::Streaming) return pump();
  if (flush() == Sent::All) run();
}

void HttpConnection::report_answers() {
  sent_ = 0;
  out_.clear();
  if (out_.capacity() > 2 * kFlushSize) out_.shrink_to_fit();
  large_ = {};
  if (pending_.empty()) return;
  const SteadyTime now = loop_->now();
  for (const Pending& one : pending_) {
    loop_->handler.on_answered(one.tag, one.status, now - one.began);
  }
  pending_.clear();
}

// Closing at once while the client still sends would make the system throw our answer away.
void HttpConnection::linger() {
  if (loop_->stopping) return close();
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  phase_ = Phase::Lingering;
  set_deadline(kLinger);
  read();
}

void HttpConnection::close() {
  if (phase_ == Phase::Closed) return;
  phase_ = Phase::Closed;
  const auto keep = shared_from_this();
  error_code ignored;
  socket_.close(ignored);
  queue_.clear();
  if (on_stream_closed_) {
    // Posted, because the handler may be in the middle of a loop over its streams.
    asio::post(loop_->io, std::exchange(on_stream_closed_, nullptr));
  }
  loop_->forget(*this);
}

void HttpConnection::drain() {
  const bool busy = phase_ == Phase::Handling || phase_ == Phase::Answered || writing_;
  if (phase_ == Phase::Streaming || !busy) close();
}

void HttpConnection::check_deadline(SteadyTime now) {
  if (now < deadline_) return;
  if (writing_) {
    loop_->handler.on_refused("slow_reader", 0);
    return close();
  }
  switch (phase_) {
    case Phase::Reading:
      if (reader_.state() == HttpReader::State::Idle) return close();
      refuse({408, "timeout", "The request took too long to arrive."});
      return run();
    case Phase::Handling:
      loop_->handler.on_refused("handler_timeout", 504);
      take_answer(error_response(504, "The answer took too long; try again."));
      return run();
    case Phase::Lingering:
      return close();
    default:
      return;
  }
}

// ---- streams

std::shared_ptr<HttpStream> HttpConnection::open_stream(std::uint64_t request,
                                                        HttpResponse head,
                                                        std::function<void()> on_closed) {
  if (request != request_ || phase_ != Phase::Handling) return nullptr;
  if (head_only_) {
    take_answer(std::move(head));
    run();
    return nullptr;
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
  auto first = std::make_shared<std::string>(std::move(out_));
  out_ = {};
  report_answers();
  push(std::move(first));
  read();
  return shared_from_this();
}

bool HttpConnection::push(SharedBytes bytes) {
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
    if (would_block(ec)) {
      set_deadline(loop_->options.write_timeout);
      return wait_until_writable();
    }
    if (ec) return close();
    queued_bytes_ -= sent;
    sent += front_sent_;
    while (!queue_.empty() && sent >= queue_.front()->size()) {
      sent -= queue_.front()->size();
      queue_.pop_front();
    }
    front_sent_ = sent;
  }
}

}  // namespace discern::net
