// Many clients at once: who gives way to whom, and what the answers that they do not read may take.

#include <linux/sock_diag.h>

#include <filesystem>
#include <future>
#include <memory>
#include <vector>

#include "unit/net/http_server_fixture.hpp"

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

namespace discern::net {
namespace {

constexpr std::string_view kHalf = "GET / HTTP/1.1\r\nHost: a\r\nX: ";

struct Crowd : HttpServerTest {
  void start_for(std::size_t connections) {
    HttpServerOptions options;
    options.connections = connections;
    options.reserved_connections = 1;
    start(std::move(options));
  }
  // A client that has sent this, and whose bytes the server has read.
  RawClient& add(std::string_view bytes) {
    clients.push_back(std::make_unique<RawClient>(port()));
    clients.back()->send(bytes);
    return *clients.back();
  }
  // Until the server has accepted and read what was sent before.
  void settle() {
    for (int i = 0; i < 3; ++i) {
      std::promise<void> reached;
      server->post([&] { reached.set_value(); });
      reached.get_future().wait();
    }
  }
  std::vector<std::unique_ptr<RawClient>> clients;
};

TEST_F(Crowd, ANewClientTakesThePlaceOfTheOneThatWaitedLongest) {
  start_for(3);
  RawClient& oldest = add(kHalf);
  RawClient& body = add("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab");
  RawClient& idle = add(get("/"));
  EXPECT_EQ(status_of(idle.read_answer()), 200);
  settle();
  EXPECT_EQ(status_of(add(get("/")).read_answer()), 200);
  EXPECT_EQ(status_of(oldest.read_all()), 408);
  EXPECT_EQ(status_of(add(get("/")).read_answer()), 200);
  EXPECT_EQ(status_of(body.read_all()), 408);
  EXPECT_EQ(status_of(add(get("/")).read_answer()), 200);
  EXPECT_EQ(idle.read_all(), "") << "between two requests nothing is said";
  EXPECT_TRUE(echo.wait_for("evicted 408", 2));
  EXPECT_TRUE(echo.wait_for("evicted 0"));
  EXPECT_TRUE(echo.wait_for_connections(3));
}

TEST_F(Crowd, SayingLittleByLittleDoesNotKeepAPlace) {
  start_for(2);
  RawClient& drips = add(kHalf);
  settle();
  add(kHalf);
  settle();
  for (int i = 0; i < 3; ++i) {
    drips.send("x");
    settle();
  }
  EXPECT_EQ(status_of(add(get("/")).read_answer()), 200);
  EXPECT_EQ(status_of(drips.read_all()), 408);
}

TEST_F(Crowd, AThousandHalfRequestsDelayNobody) {
  start_for(100);
  for (int i = 0; i < 1000; ++i) add(i % 3 == 0 ? std::string_view("G") : kHalf);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(status_of(add(get("/place")).read_answer()), 200);
  }
}

TEST_F(Crowd, AtTheLimitOfOneAddressItsIdlestGivesWay) {
  HttpServerOptions options;
  options.connections_per_address = 2;
  start(std::move(options));
  RawClient& oldest = add(kHalf);
  settle();
  add(kHalf);
  settle();
  EXPECT_EQ(status_of(add(get("/")).read_answer()), 200);
  EXPECT_EQ(status_of(oldest.read_all()), 408);
}

TEST_F(Crowd, WhenAllAreBusyAReservedPlaceIsLeft) {
  start_for(2);
  RawClient& waits = add(get("/keep"));
  HttpResponder kept = echo.take_kept();
  add(get("/stream"));
  ASSERT_TRUE(echo.wait_for("stream opened"));
  const std::string answer = add(get("/place")).read_answer();
  EXPECT_TRUE(answer.ends_with("reserved"));
  EXPECT_NE(answer.find("Connection: close"), answer.npos);
  RawClient& holds = add(kHalf);
  settle();
  EXPECT_TRUE(add(get("/place")).read_answer().ends_with("reserved"));
  EXPECT_EQ(status_of(holds.read_all()), 408) << "the reserve is not held either";
  kept.answer({});
  EXPECT_EQ(status_of(waits.read_answer()), 200) << "who is being served is not disturbed";
}

TEST_F(Crowd, ASlowReaderGivesWayAfterThoseThatAskNothing) {
  start_for(2);
  clients.push_back(std::make_unique<RawClient>(port(), 4096));
  RawClient& reads = *clients.back();
  reads.send(get("/shared"));
  reads.read_until("\r\n\r\n");
  settle();
  RawClient& half = add(kHalf);
  settle();
  EXPECT_EQ(status_of(add(get("/")).read_answer()), 200);
  EXPECT_EQ(status_of(half.read_all()), 408);
  EXPECT_TRUE(reads.read_exactly(3'000'000) == *echo.shared);
}

TEST_F(Crowd, AnswersThatWaitShareOneBudget) {
  HttpServerOptions options;
  options.answer_bytes_of_all = 8'000'000;
  start(std::move(options));
  // Each has a body of its own, of three million bytes: the third is one too many.
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<RawClient>(port(), 4096));
    clients.back()->send(get("/large"));
    clients.back()->read_until("\r\n\r\n");
    settle();
  }
  ASSERT_TRUE(echo.wait_for("slow_answer 0"));
  EXPECT_LT(clients[0]->read_all().size(), 3'000'000u) << "who has read for longest is cut";
  EXPECT_EQ(clients[1]->read_exactly(3'000'000).size(), 3'000'000u);
  EXPECT_EQ(clients[2]->read_exactly(3'000'000).size(), 3'000'000u);
  // The same bytes for all take their memory once, and what was read is free again.
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<RawClient>(port(), 4096));
    clients.back()->send(get("/shared"));
    clients.back()->read_until("\r\n\r\n");
    settle();
  }
  for (int i = 3; i < 13; ++i) EXPECT_TRUE(clients[i]->read_exactly(3'000'000) == *echo.shared);
  EXPECT_EQ(echo.counts["slow_answer 0"], 1);
}

// What the kernel holds to be sent, over all sockets of this process.
std::size_t kernel_bytes_to_send() {
  std::size_t sum = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::uint32_t memory[SK_MEMINFO_VARS] = {};
    socklen_t size = sizeof memory;
    const int fd = std::stoi(entry.path().filename());
    if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &size) != 0) continue;
    sum += memory[SK_MEMINFO_WMEM_QUEUED];
  }
  return sum;
}

TEST_F(Crowd, TheKernelHoldsLittleOfWhatIsNotRead) {
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<RawClient>(port(), 4096));
    clients.back()->send(get("/shared"));
    clients.back()->read_until("\r\n\r\n");
  }
  RawClient quick(port());
  quick.send(get("/"));
  EXPECT_EQ(status_of(quick.read_answer()), 200);
  EXPECT_LT(kernel_bytes_to_send(), 64u << 20) << "600 MB were asked for";
  for (const std::size_t one : {0, 100, 199}) {
    EXPECT_TRUE(clients[one]->read_exactly(3'000'000) == *echo.shared) << one;
  }
}

TEST_F(Crowd, PipelinedAnswersThatAreNotReadAreBounded) {
  std::string many;
  for (int i = 0; i < 2000; ++i) many += get("/" + std::string(200, 'x'));
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<RawClient>(port(), 4096));
    clients.back()->send(many.substr(0, 100 * get("/" + std::string(200, 'x')).size()));
  }
  RawClient quick(port());
  quick.send(get("/"));
  EXPECT_EQ(status_of(quick.read_answer()), 200);
  EXPECT_LT(kernel_bytes_to_send(), 32u << 20);
}

TEST_F(Crowd, ATrickleIsNoProgress) {
  HttpServerOptions options;
  options.write_timeout = 500ms;
  start(std::move(options));
  RawClient client(port(), 4096);
  client.send(get("/shared"));
  client.read_until("\r\n\r\n");
  const auto dropped = [&] {
    std::unique_lock lock(echo.mutex);
    return echo.changed.wait_for(lock, 20ms, [&] { return echo.counts["slow_reader 0"] > 0; });
  };
  bool seen = false;
  // Far less than 32 KiB in half a second, and far from all of it in the end.
  for (int i = 0; i < 1000 && !seen; ++i) {
    seen = dropped();
    if (!seen) client.read_exactly(10);
  }
  EXPECT_TRUE(seen);
}

}  // namespace
}  // namespace discern::net
