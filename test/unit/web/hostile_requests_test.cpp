// What someone sends who means harm. Each gets the right status, and the next request an answer.

#include <gmock/gmock.h>

#include <random>

#include "unit/web/site_fixture.hpp"

namespace discern::web::test {
namespace {

using testing::HasSubstr;
using testing::Not;

struct HostileRequests : SiteTest {
  // The status of the first answer to these bytes, or 0 when the server closes without one.
  int send(const std::string& bytes) {
    RawClient client(server->port());
    client.send(bytes);
    client.finish_sending();
    return status_of(client.read_all());
  }
  void TearDown() override { EXPECT_EQ(status_of(ask("/healthz")), 200) << "still answers"; }
};

TEST_F(HostileRequests, ForeignHostsAreToldWhatToDo) {
  for (const char* host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", ""}) {
    RawClient client(server->port());
    client.send("GET /api/metrics HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
    const std::string answer = client.read_answer();
    EXPECT_EQ(status_of(answer), 403) << host;
    EXPECT_THAT(answer, HasSubstr("answers only to localhost"));
  }
}

TEST_F(HostileRequests, AProxyThatLeavesNoTraceIsRefused) {
  const std::string asked = "Host: 127.0.0.1:" + std::to_string(server->port()) +
                            "\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n\r\n";
  EXPECT_EQ(send("POST /api/v1/plugins/echo/disable HTTP/1.0\r\n" + asked), 403);
  EXPECT_EQ(send("GET /api/metrics HTTP/1.0\r\n" + asked), 403);
  EXPECT_EQ(send("GET /healthz HTTP/1.0\r\n\r\n"), 200);
  EXPECT_TRUE(plugins.asked.empty());
}

TEST_F(HostileRequests, TheHostOfAnAbsoluteTargetCounts) {
  EXPECT_EQ(send("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n"), 403);
}

TEST_F(HostileRequests, ProxiesAndForeignOriginsAreRefused) {
  EXPECT_EQ(status_of(ask("/", "X-Forwarded-For: 1.2.3.4\r\n")), 403);
  EXPECT_EQ(status_of(ask("/", "Forwarded: for=1.2.3.4\r\n")), 403);
  EXPECT_EQ(status_of(ask("/", "Via: 1.1 proxy\r\n")), 403);
  EXPECT_EQ(status_of(ask("/api/v1/live", "Origin: https://evil.example\r\n")), 403);
  EXPECT_EQ(
      status_of(ask("/api/v1/view", "Origin: https://evil.example\r\n", "POST", R"({"path":"/"})")),
      403);
  EXPECT_EQ(status_of(ask(
                "/api/v1/view", "Origin: http://" + host() + "\r\n", "POST", R"({"path":"/"})")),
            204);
}

TEST_F(HostileRequests, NoPathLeadsOutOfTheEmbeddedFiles) {
  for (const char* path : {"/../../etc/passwd",
                           "/assets/../../../etc/passwd",
                           "/assets/%2e%2e/%2e%2e/etc/passwd",
                           "/assets/..%2f..%2fetc%2fpasswd",
                           "/assets/..\\..\\etc\\passwd",
                           "/plugins/echo/../../etc/passwd",
                           "/%00",
                           "/a%0d%0aSet-Cookie:%20x=1",
                           "/%ff%fe",
                           "/%c0%ae%c0%ae/"}) {
    const std::string answer = ask(path);
    EXPECT_EQ(status_of(answer), 400) << path;
    EXPECT_THAT(answer, Not(HasSubstr("root:")));
    EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
  }
}

TEST_F(HostileRequests, OversizedPartsGetTheirOwnStatus) {
  EXPECT_EQ(send(request("/" + std::string(9000, 'a'))), 414);
  EXPECT_EQ(send("GET /" + std::string(100'000, 'a')), 414);
  EXPECT_EQ(send(request("/", "X: " + std::string(17'000, 'a') + "\r\n")), 431);
  std::string many;
  for (int i = 0; i < 200; ++i) many += "X: y\r\n";
  EXPECT_EQ(send(request("/", many)), 431);
  EXPECT_EQ(send(request("/api/v1/view", "Content-Length: 1048577\r\n", "POST")), 413);
  EXPECT_EQ(send(request("/api/v1/view", "Content-Length: 99999999999\r\n", "POST")), 413);
}

TEST_F(HostileRequests, MalformedRequestsAreBadRequests) {
  EXPECT_EQ(send("\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n"), 400);
  EXPECT_EQ(send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9)), 400);
  EXPECT_EQ(send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(send("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(send("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"), 400);
  EXPECT_EQ(send("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n"), 400);
  EXPECT_EQ(send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"), 400);
  EXPECT_EQ(send(request("/", "Expect: money\r\n")), 417);
  EXPECT_EQ(send(request("/", "Transfer-Encoding: gzip\r\n")), 501);
  EXPECT_EQ(send(request("/", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")), 400);
}

TEST_F(HostileRequests, WhatIsSmuggledBehindABodyIsNotServed) {
  RawClient client(server->port());
  client.send(request("/healthz", "Content-Length: 30\r\n") +
              "GET /healthz?second HTTP/1.1\r\n\r\n");
  EXPECT_EQ(status_of(client.read_answer()), 200);
  client.finish_sending();
  EXPECT_EQ(client.read_all().find("200 OK"), std::string::npos);
}

TEST_F(HostileRequests, PipelinedRequestsAreAllAnswered) {
  RawClient client(server->port());
  std::string all;
  for (int i = 0; i < 1000; ++i) all += request(i % 2 == 0 ? "/healthz" : "/assets/app-1.js");
  client.send(all);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(status_of(client.read_answer()), 200);
}

TEST_F(HostileRequests, RandomBytesAndMutationsNeverHarm) {
  std::mt19937 random(20261123);
  const std::string valid = request("/api/v1/view", "X-A: b\r\n", "POST", R"({"path":"/"})");
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = valid;
    const auto changes = 1 + random() % 4;
    for (unsigned i = 0; i < changes; ++i) {
      const std::size_t at = random() % bytes.size();
      switch (random() % 3) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes.erase(at, 1 + random() % 8);
          break;
        default:
          bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 40));
      }
      if (bytes.empty()) bytes = "x";
    }
    const int status = send(bytes);
    EXPECT_TRUE(status == 0 || (status >= 200 && status < 600)) << status;
    EXPECT_NE(status, 500) << bytes;
  }
}

TEST_F(HostileRequests, RefusalsAreCountedByReason) {
  send("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  send(request("/" + std::string(9000, 'a')));
  send(request("/..%2f"));
  tick();
  const std::string text = ask("/metrics");
  for (const char* reason : {"host", "target", "path"}) {
    EXPECT_THAT(text,
                HasSubstr("discern_web_refused_total{reason=\"" + std::string(reason) + "\"} 1"));
  }
  EXPECT_THAT(text, HasSubstr("discern_web_requests_total{route=\"none\",status=\"4xx\"} 2"));
}

}  // namespace
}  // namespace discern::web::test
