#pragma once

// A blocking TCP client that sends exactly the bytes it is told to, for tests of the HTTP server.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace discern::test {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port,
                     int receive_buffer = 0,
                     in_addr_t address = INADDR_LOOPBACK) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0) {
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(address);
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
      close(fd_);
      throw std::runtime_error("cannot connect");
    }
  }
  ~RawClient() { close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False when the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  void finish_sending() { shutdown(fd_, SHUT_WR); }

  // Reads until `text` has come; everything up to and including it. Throws after ten seconds or
  // when the server closes before.
  std::string read_until(std::string_view text) {
    for (;;) {
      const std::size_t at = in_.find(text);
      if (at != in_.npos) return take(at + text.size());
      if (!fill()) throw std::runtime_error("closed before \"" + std::string(text) + "\": " + in_);
    }
  }
  std::string read_exactly(std::size_t size) {
    while (in_.size() < size) {
      if (!fill()) throw std::runtime_error("closed too early: " + in_);
    }
    return take(size);
  }
  // Everything until the server closes.
  std::string read_all() {
    while (fill()) {
    }
    return take(in_.size());
  }
  // One answer with a Content-Length, or with none and no body.
  std::string read_answer(bool with_body = true) {
    std::string head = read_until("\r\n\r\n");
    const std::size_t at = head.find("Content-Length: ");
    if (at == head.npos || !with_body) return head;
    return head + read_exactly(std::stoul(head.substr(at + 16)));
  }

 private:
  std::string take(std::size_t size) {
    std::string taken = in_.substr(0, size);
    in_.erase(0, size);
    return taken;
  }
  bool fill() {
    pollfd waiting{fd_, POLLIN, 0};
    if (poll(&waiting, 1, 10'000) <= 0) throw std::runtime_error("no answer in 10 s: " + in_);
    char buffer[65536];
    const ssize_t n = recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0) return false;
    in_.append(buffer, static_cast<std::size_t>(n));
    return true;
  }

  int fd_ = -1;
  std::string in_;
};

inline int status_of(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(std::string(answer.substr(9, 3))) : 0;
}

}  // namespace discern::test
