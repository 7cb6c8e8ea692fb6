// The least that an HTTP/1.1 server on one thread can do: epoll, one read, one write of a finished
// answer. No limits, no timeouts, no routes, no checks. The rival of run.py.
//
// Usage: web_bare_epoll BODY_FILE BYTES_OF_THE_ANSWER

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

// The headers that a client of ours gets too, so that as many bytes are sent.
std::string answer_with(const std::string& body, std::size_t size) {
  std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                       "\r\nContent-Type: application/json\r\nX-Filler: ";
  while (answer.size() + 4 + body.size() < size) answer.push_back('x');
  return answer + "\r\n\r\n" + body;
}

// Answers each complete request of what came. Requests of wrk come whole.
bool serve(int client, std::string_view answer) {
  char buffer[4096];
  const ssize_t size = ::read(client, buffer, sizeof buffer);
  if (size <= 0) return false;
  std::string_view requests(buffer, static_cast<std::size_t>(size));
  for (std::size_t end; (end = requests.find("\r\n\r\n")) != requests.npos;) {
    if (::write(client, answer.data(), answer.size()) < 0) return false;
    requests.remove_prefix(end + 4);
  }
  return true;
}

int listen_anywhere() {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(server, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
  if (::listen(server, 128) != 0) return -1;
  socklen_t size = sizeof address;
  ::getsockname(server, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("http://127.0.0.1:%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return server;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string body(std::istreambuf_iterator<char>(file), {});
  const std::string answer = answer_with(body, std::stoul(argv[2]));
  const int server = listen_anywhere();
  const int poller = ::epoll_create1(EPOLL_CLOEXEC);
  if (server < 0 || poller < 0) return 1;
  epoll_event watched{};
  watched.events = EPOLLIN;
  watched.data.fd = server;
  ::epoll_ctl(poller, EPOLL_CTL_ADD, server, &watched);
  epoll_event ready[64];
  for (;;) {
    const int count = ::epoll_wait(poller, ready, 64, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = ready[i].data.fd;
      if (fd != server) {
        if (!serve(fd, answer)) ::close(fd);
        continue;
      }
      const int client = ::accept4(server, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      const int on = 1;
      ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watched.data.fd = client;
      ::epoll_ctl(poller, EPOLL_CTL_ADD, client, &watched);
    }
  }
}
