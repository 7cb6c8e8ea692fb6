#pragma once

// An HTTP server that keeps its first connection after one answer and cuts it during the second
// request, at a chosen point. All further connections work.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace discern::net {

class CuttingServer {
 public:
  enum class Point {
    Never,
    WhileIdle,      // Before the second request is sent.
    BeforeReading,  // It is there, and is not read.
    AfterFirstByte,
    AfterHead,
    AfterBody,
    AfterBodyReset,    // With RST.
    AfterBodyAndGone,  // No further connection is accepted.
    MidStatusLine,
    MidAnswer,
  };

  CuttingServer(Point point, std::string version) : point_(point), version_(std::move(version)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 16);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~CuttingServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  CuttingServer(const CuttingServer&) = delete;
  CuttingServer& operator=(const CuttingServer&) = delete;

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  int connections() const { return connections_; }
  // Requests of which at least the first line came.
  int begun(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    int count = 0;
    for (const std::string& head : heads_) count += head.find(path) != std::string::npos ? 1 : 0;
    return count;
  }
  void wait_until_closed() { closed_.get_future().wait(); }

 private:
  void serve() {
    while (!stopping_) {
      const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0) return;
      const bool cuts = ++connections_ == 1 && point_ != Point::Never;
      if (cuts) {
        serve_and_cut(peer);
      } else {
        while (answer(peer)) {
        }
        ::close(peer);
      }
    }
  }

  // Reads a request and answers it; false when the connection ended.
  bool answer(int peer) {
    if (!await(peer) || !read(peer, true)) return false;
    send(peer, head_of_answer() + "ok");
    return true;
  }

  void serve_and_cut(int peer) {
    answer(peer);
    if (point_ != Point::WhileIdle) await(peer);
    switch (point_) {
      case Point::AfterFirstByte: {
        char byte = 0;
        if (::recv(peer, &byte, 1, 0) == 1) note(std::string("/messages"));
        break;
      }
      case Point::AfterHead:
        read(peer, false);
        break;
      case Point::AfterBody:
      case Point::AfterBodyReset:
      case Point::AfterBodyAndGone:
        read(peer, true);
        break;
      case Point::MidStatusLine:
        read(peer, true);
        send(peer, "HTTP/1");
        break;
      case Point::MidAnswer:
        read(peer, true);
        send(peer, head_of_answer() + "o");
        break;
      default:
        break;
    }
    if (point_ == Point::AfterBodyAndGone) ::shutdown(listener_, SHUT_RDWR);
    if (point_ == Point::AfterBodyReset || point_ == Point::BeforeReading) {
      const linger at_once{1, 0};
      ::setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    ::close(peer);
    closed_.set_value();
  }

  // Until there is something to read, or the end of the test.
  bool await(int peer) const {
    while (!stopping_) {
      pollfd ready{peer, POLLIN, 0};
      if (::poll(&ready, 1, 20) > 0) return true;
    }
    return false;
  }

  bool read(int peer, bool with_body) {
    std::string request;
    std::size_t noted = 0;
    char bytes[65536];
    while (true) {
      const std::size_t head = request.find("\r\n\r\n");
      if (head != std::string::npos) {
        if (noted++ == 0) note(request.substr(0, head));
        if (!with_body) return true;
        const std::size_t at = request.find("Content-Length: ");
        const std::size_t length =
            at < head ? std::stoul(request.substr(at + std::string("Content-Length: ").size())) : 0;
        if (request.size() >= head + 4 + length) return true;
      }
      const ssize_t n = ::recv(peer, bytes, with_body ? sizeof bytes : 1, 0);
      if (n <= 0) return false;
      request.append(bytes, static_cast<std::size_t>(n));
    }
  }

  void note(std::string head) {
    const std::lock_guard lock(mutex_);
    heads_.push_back(std::move(head));
  }

  std::string head_of_answer() const {
    return "HTTP/" + version_ + " 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n";
  }
  static void send(int peer, const std::string& text) {
    [[maybe_unused]] const ssize_t sent = ::send(peer, text.data(), text.size(), MSG_NOSIGNAL);
  }

  const Point point_;
  const std::string version_;
  int listener_ = -1;
  unsigned port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  std::promise<void> closed_;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;  // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace discern::net
