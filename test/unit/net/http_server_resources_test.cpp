// What connections share with the rest of the process: descriptors and memory.

#include <fcntl.h>

#include <filesystem>

#include "unit/net/http_server_fixture.hpp"

namespace discern::net {
namespace {

TEST_F(HttpServerTest, ProgramsThatAreStartedInheritNoSocket) {
  RawClient client(port());
  client.send(get("/"));
  client.read_answer();
  int sockets = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string what = std::filesystem::read_symlink(entry.path(), gone);
    if (gone || !what.starts_with("socket:")) continue;
    ++sockets;
    EXPECT_NE(::fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC, 0) << what;
  }
  EXPECT_GE(sockets, 3) << "the port, the connection and the client's end";
}

TEST_F(HttpServerTest, BodiesOfAllConnectionsShareOneBudget) {
  HttpServerOptions options;
  options.body_bytes_of_all = 60'000;
  start(options);
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n";
  const std::string body(40'000, 'x');
  // All but the last byte, so that the body is held.
  RawClient holds(port());
  holds.send(head + body.substr(1));
  RawClient large(port());
  std::string answer;
  // Until the server has read the other's.
  do {
    large.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20002\r\n\r\n" + body.substr(19'998));
    answer = large.read_answer();
  } while (status_of(answer) == 200);
  EXPECT_EQ(status_of(answer), 503);
  EXPECT_NE(answer.find("Too many large requests"), answer.npos);
  EXPECT_TRUE(echo.wait_for("bodies 503"));
  RawClient small(port());
  small.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nsmall");
  EXPECT_EQ(status_of(small.read_answer()), 200) << "small ones are always served";
  holds.send("x");
  EXPECT_EQ(status_of(holds.read_answer()), 200) << "who came first is served";
  RawClient again(port());
  again.send(head + body);
  EXPECT_EQ(status_of(again.read_answer()), 200) << "and makes room";
}

}  // namespace
}  // namespace discern::net
