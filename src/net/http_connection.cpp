#include "net/http_connection.hpp"

#include <boost/asio/buffer.hpp>

#include <cstring>

#include "base/json_text.hpp"
#include "base/log.hpp"
#include "base/thread.hpp"

namespace discern::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kReadSize = 4096;
// Bodies up to this size are copied behind their head: one buffer, one short system call.
constexpr std::size_t kCopyLimit = 16 * 1024;
constexpr std::chrono::milliseconds kLinger{2000};
constexpr std::size_t kLingerBytes = 2 * 1024 * 1024;
// Small bodies are served also when large ones fill the budget.
constexpr std::size_t kSmallBody = 16 * 1024;

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

}  // namespace

HttpConnection::HttpConnection(std::shared_ptr<HttpServer::Loop> loop,
                               asio::ip::tcp::socket socket,
                               std::string remote,
                               bool loopback,
                               bool crowded)
    : loop_(std::move(loop)),
      socket_(std::move(socket)),
      remote_(std::move(remote)),
      loopback_(loopback),
      crowded_(crowded),
      reader_(loop_->options.request) {}

HttpConnection::~HttpConnection() {
  loop_->body_bytes -= accounted_;
}

void HttpConnection::start() {
  waiting_since_ = loop_->now();
  deadline_ = waiting_since_ + loop_->options.header_timeout;
  guarded([this] { read(); });
}

bool HttpConnection::account_for_body() {
  const std::size_t bytes = reader_.body_bytes();
  const bool grew = bytes > accounted_;
  loop_->body_bytes += bytes - accounted_;
  accounted_ = bytes;
  return !grew || bytes <= kSmallBody || loop_->body_bytes <= loop_->options.body_bytes_of_all;
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
          waiting_since_ = loop_->now();
          deadline_ =
              waiting_since_ + (state == HttpReader::State::Idle   ? loop_->options.idle_timeout
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
  request.crowded = crowded_;
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
    guarded([&] {
      take_answer(std::move(response));
      run();
    });
    return;
  }
  std::shared_ptr<HttpResponse> held;
  insist("an answer on its way", [&] {
    if (!held) held = std::make_shared<HttpResponse>(std::move(response));
    loop_->post(
        [self = shared_from_this(), request, held] { self->answer(request, std::move(*held)); });
  });
}

void HttpConnection::take_answer(HttpResponse response) {
  // A reserved place is for the next one who needs it.
  close_after_ = response.close || crowded_ || !reader_.keep_alive() || loop_->stopping;
  const bool has_body = !head_only_ && http_status_has_body(response.status);
  std::shared_ptr<HttpSource> source = response.body.source();
  HttpFraming framing = HttpFraming::Length;
  if (source) {
    chunked_ = !reader_.is_http_1_0();
    framing = chunked_ ? HttpFraming::Chunked : HttpFraming::UntilClose;
    // HTTP/1.0 knows no other end of such a body.
    close_after_ = close_after_ || !chunked_;
  }
  const std::string_view body = response.body.view();
  append_head(out_,
              response,
              body.size(),
              framing,
              loop_->head_context(!close_after_, reader_.is_http_1_0()));
  if (has_body && source) {
    source_ = std::move(source);
  } else if (has_body && body.size() <= kCopyLimit) {
    out_.append(body);
  } else if (has_body) {
    large_ = std::move(response.body);
  }
  pending_.push_back({tag_, response.status, request_began_});
  phase_ = Phase::Answered;
}

// Sends, unless another complete request may be waiting whose answer can go along.
void HttpConnection::finish_answer() {
  const bool more_to_come = !close_after_ && in_end_ > in_begin_;
  if (!more_to_come || out_.size() >= kFlushSize || source_ || !large_.view().empty()) {
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
                            self->guarded([&] { self->on_read(ec, size); });
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
  large_ = {};
  source_.reset();
  release_answer();
  if (std::exchange(blocked_, false)) --loop_->blocked;
  loop_->forget(*this);
  if (!on_stream_closed_) return;
  // Posted, because the handler may be in the middle of a loop over its streams.
  insist("the end of a stream", [this] { asio::post(loop_->io, on_stream_closed_); });
  on_stream_closed_ = nullptr;
}

void HttpConnection::drain() {
  const bool busy = phase_ == Phase::Handling || phase_ == Phase::Answered || writing_;
  if (phase_ == Phase::Streaming || !busy) close();
}

std::optional<HttpConnection::Rank> HttpConnection::rank() const {
  switch (phase_) {
    case Phase::Handling:
    case Phase::Streaming:
    case Phase::Closed:
      return std::nullopt;
    default:
      // Whoever is being answered comes after all that have not even asked.
      return writing_ ? Rank{1, request_began_} : Rank{0, waiting_since_};
  }
}

bool HttpConnection::has_unread() const {
  error_code ec;
  return socket_.available(ec) > 0 && !ec;
}

void HttpConnection::give_way(std::string_view reason) {
  const bool in_request =
      phase_ == Phase::Reading && !writing_ && reader_.state() != HttpReader::State::Idle;
  loop_->handler.on_refused(reason, in_request ? 408 : 0);
  if (in_request) {
    HttpResponse response = error_response(
        408, "Others wait for this connection; send each request in one go, and try again.");
    std::string text;
    append_head(text,
                response,
                response.body.view().size(),
                HttpFraming::Length,
                loop_->head_context(false, false));
    text.append(response.body.view());
    error_code ignored;
    socket_.write_some(asio::buffer(text), ignored);
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  }
  close();
}

void HttpConnection::check_deadline(SteadyTime now) {
  if (now < deadline_) return;
  guarded([this] { meet_deadline(); });
}

void HttpConnection::meet_deadline() {
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

}  // namespace discern::net
