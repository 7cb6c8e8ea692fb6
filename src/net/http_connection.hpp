#pragma once

// Inside of the HTTP server: one connection. Not for other modules (Asio).

#include <boost/asio/ip/tcp.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/thread.hpp"
#include "net/http_loop.hpp"

namespace discern::net {

// Reads requests one after the other, hands each to the handler, writes the answers in order.
// Answers to pipelined requests leave together. Lives on the server's thread; only `answer` may be
// called elsewhere. Kept alive by the loop until it is closed, and by its pending socket operations
// and responders.
class HttpConnection final : public HttpExchange,
                             public HttpStream,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<HttpServer::Loop> loop,
                 boost::asio::ip::tcp::socket socket,
                 std::string remote,
                 bool loopback,
                 bool crowded);
  ~HttpConnection() override;

  void start();
  // Called four times a second.
  void check_deadline(SteadyTime now);
  // The server stops: answers under way may finish, everything else ends.
  void drain();
  void close() override;

  // How readily this connection gives way to a new one: the least goes first. Nothing while its
  // request is being handled, and for streams, which have a limit of their own.
  using Rank = std::pair<int, SteadyTime>;
  std::optional<Rank> rank() const;
  // Whether bytes have arrived that were not read yet.
  bool has_unread() const;
  // Closes, for another connection's sake.
  void give_way(std::string_view reason);
  // Whether its client keeps an answer waiting that is counted, and since when.
  bool holds_answer() const { return held_; }
  SteadyTime answer_since() const { return request_began_; }
  const HttpBody::Held& held() const { return held_answer_; }

  void set_tag(std::uint64_t request, std::uint32_t tag) override;
  void answer(std::uint64_t request, HttpResponse response) override;
  std::shared_ptr<HttpStream> open_stream(std::uint64_t request,
                                          HttpResponse head,
                                          std::function<void()> on_closed) override;
  bool push(SharedBytes bytes) override;

  const std::string& remote() const { return remote_; }

 private:
  enum class Phase {
    Reading,    // Waiting for a complete request.
    Handling,   // The handler has it.
    Answered,   // The answer is in out_.
    Streaming,  // An endless body.
    Lingering,  // Everything is said; waiting for the client to close.
    Closed,
  };
  enum class Sent {
    All,
    Later,   // The client reads slowly, or it is another's turn; goes on by itself.
    Broken,  // The connection is closed.
  };

  // Calls `step`; a connection whose step ended in an exception is closed.
  template <class Step>
  void guarded(Step&& step) {
    if (!fenced("a web connection", step)) fenced("closing a web connection", [this] { close(); });
  }
  void run();
  void dispatch();
  void refuse(const HttpRefusal& refusal);
  void take_answer(HttpResponse response);
  void finish_answer();
  void read();
  void on_read(const boost::system::error_code& ec, std::size_t size);
  // ---- sending: http_sending.cpp
  Sent flush();
  std::size_t write_some(std::size_t most, boost::system::error_code& ec);
  bool append_piece();
  void wait_for_reader();
  void let_others_go_first();
  void watch_progress();
  void choose_send_buffer();
  void hold_answer(HttpBody::Held what);
  void release_answer();
  void on_writable(const boost::system::error_code& ec);
  void report_answers();
  void linger();
  void begin_stream(HttpResponse head, std::function<void()> on_closed);
  bool queue(SharedBytes bytes);
  void pump();
  void meet_deadline();
  std::string_view unread() const;
  void make_room();
  // Counts what the request's body holds among those of all; false when that is too much.
  bool account_for_body();
  void set_deadline(std::chrono::milliseconds after) { deadline_ = loop_->now() + after; }

  const std::shared_ptr<HttpServer::Loop> loop_;
  boost::asio::ip::tcp::socket socket_;
  const std::string remote_;
  const bool loopback_;
  const bool crowded_;
  HttpReader reader_;
  Phase phase_ = Phase::Reading;
  SteadyTime deadline_;
  bool reading_ = false;
  bool writing_ = false;
  bool close_after_ = false;
  bool in_run_ = false;
  std::size_t accounted_ = 0;

  std::vector<char> in_;
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  // The reader's state that the deadline belongs to; Complete stands for none.
  HttpReader::State seen_ = HttpReader::State::Idle;

  // Counts requests, so that an answer that comes too late is not taken for another's.
  std::uint64_t request_ = 0;
  SteadyTime request_began_;
  SteadyTime waiting_since_;  // For the part of a request that reader_ is at.
  std::uint32_t tag_ = 0;
  bool head_only_ = false;

  // Heads and small bodies; then one large body, which is not copied.
  std::string out_;
  HttpBody large_;
  // Or what makes the rest, a piece at a time.
  std::shared_ptr<HttpSource> source_;
  bool chunked_ = false;
  std::size_t sent_ = 0;
  // Bytes that the client took since the deadline was set; nothing while no deadline is.
  std::optional<std::size_t> progress_;
  bool blocked_ = false;  // Waits for the client to read; counted in the loop.
  bool small_send_buffer_ = false;
  bool held_ = false;
  HttpBody::Held held_answer_;
  struct Pending {
    std::uint32_t tag;
    int status;
    SteadyTime began;
  };
  std::vector<Pending> pending_;

  std::deque<SharedBytes> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t front_sent_ = 0;
  std::function<void()> on_stream_closed_;
  std::size_t discarded_ = 0;
};

}  // namespace discern::net
