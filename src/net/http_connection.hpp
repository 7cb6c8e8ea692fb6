#pragma once

// Inside of the HTTP server: one connection. Not for other modules (Asio).

#include <boost/asio/ip/tcp.hpp>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "net/http_loop.hpp"

namespace discern::net {

// Reads requests one after the other, hands each to the handler, writes the answers in order.
// Answers to pipelined requests leave together. Lives on the server's thread; only `answer` may be
// called elsewhere. Kept alive by its pending socket operations and by responders.
class HttpConnection final : public HttpExchange,
                             public HttpStream,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<HttpServer::Loop> loop,
                 boost::asio::ip::tcp::socket socket,
                 std::string remote,
                 bool loopback);
  ~HttpConnection() override;

  void start();
  // Called four times a second.
  void check_deadline(SteadyTime now);
  // The server stops: answers under way may finish, everything else ends.
  void drain();
  void close() override;

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
  enum class Sent { All, Later, Broken };

  void run();
  void dispatch();
  void refuse(const HttpRefusal& refusal);
  void take_answer(HttpResponse response);
  void finish_answer();
  void read();
  void on_read(const boost::system::error_code& ec, std::size_t size);
  Sent flush();
  void wait_until_writable();
  void on_writable(const boost::system::error_code& ec);
  void report_answers();
  void linger();
  void pump();
  std::string_view unread() const;
  void make_room();
  // Counts what the request's body holds among those of all; false when that is too much.
  bool account_for_body();
  void set_deadline(std::chrono::milliseconds after) { deadline_ = loop_->now() + after; }

  const std::shared_ptr<HttpServer::Loop> loop_;
  boost::asio::ip::tcp::socket socket_;
  const std::string remote_;
  const bool loopback_;
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
  std::uint32_t tag_ = 0;
  bool head_only_ = false;

  // Heads and small bodies; then one large body, which is not copied.
  std::string out_;
  HttpBody large_;
  std::size_t sent_ = 0;
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
