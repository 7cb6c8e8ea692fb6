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

}  // namespace
}  // namespace discern::net
