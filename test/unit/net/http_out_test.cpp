#include "net/http_out.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>

#include "unit/net/loopback_server.hpp"

namespace discern::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

HttpOutcome fetch(HttpOut& http, HttpOutRequest request) {
  std::promise<HttpOutcome> got;
  http.send(std::move(request), [&](HttpOutcome outcome) { got.set_value(std::move(outcome)); });
  return got.get_future().get();
}

HttpOutRequest get(std::string url) {
  HttpOutRequest request;
  request.url = std::move(url);
  return request;
}

TEST(HttpOut, BringsStatusHeadersAndBody) {
  LoopbackServer server([](const std::string&) {
    return http_answer(418, "X-RateLimit-Bucket: abc\r\n", "short and stout");
  });
  HttpOut http;
  const HttpOutcome outcome = fetch(http, get(server.url("/pot?x=1")));
  ASSERT_TRUE(outcome.response);
  EXPECT_EQ(outcome.response->status, 418);
  EXPECT_EQ(outcome.response->header("x-ratelimit-bucket"), "abc");
  EXPECT_EQ(outcome.response->header("nothing"), "");
  EXPECT_EQ(outcome.response->body, "short and stout");
  EXPECT_GT(outcome.duration, 0ns);
  EXPECT_THAT(server.requests().at(0), HasSubstr("GET /pot?x=1 HTTP"));
}

TEST(HttpOut, SendsMethodHeadersAndBody) {
  LoopbackServer server([](const std::string&) { return http_answer(204, "", ""); });
  HttpOut http;
  HttpOutRequest request = get(server.url("/a"));
  request.method = "PATCH";
  request.headers = {"Authorization: Bot x", "Content-Type: application/json"};
  request.body = "{\"a\":1}";
  EXPECT_EQ(fetch(http, request).response->status, 204);
  const std::string seen = server.requests().at(0);
  EXPECT_THAT(seen, HasSubstr("PATCH /a HTTP"));
  EXPECT_THAT(seen, HasSubstr("Authorization: Bot x\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\n\r\n{\"a\":1}"));
  EXPECT_THAT(seen, Not(HasSubstr("Expect:")));
}

TEST(HttpOut, SendsAnEmptyBodyWithItsLength) {
  LoopbackServer server([](const std::string&) { return http_answer(204, "", ""); });
  HttpOut http;
  HttpOutRequest request = get(server.url("/a"));
  request.method = "PUT";
  EXPECT_TRUE(fetch(http, request).response);
  EXPECT_THAT(server.requests().at(0), HasSubstr("Content-Length: 0\r\n"));
}

TEST(HttpOut, SendsFilesAsParts) {
  LoopbackServer server([](const std::string&) { return http_answer(200, "", "{}"); });
  HttpOut http;
  HttpOutRequest request = get(server.url("/a"));
  request.method = "POST";
  request.parts = {{"payload_json", "", "application/json", "{\"content\":\"x\"}"},
                   {"files[0]", "a.png", "image/png", std::string("\x89PNG\0\1", 6)}};
  EXPECT_TRUE(fetch(http, request).response);
  const std::string seen = server.requests().at(0);
  EXPECT_THAT(seen, HasSubstr("multipart/form-data; boundary="));
  EXPECT_THAT(seen, HasSubstr("name=\"payload_json\""));
  EXPECT_THAT(seen, HasSubstr("name=\"files[0]\"; filename=\"a.png\""));
  EXPECT_THAT(seen, HasSubstr(std::string("\x89PNG\0\1", 6)));
}

TEST(HttpOut, DoesNotFollowRedirects) {
  LoopbackServer server([](const std::string&) {
    return http_answer(302, "Location: http://127.0.0.1:1/elsewhere\r\n", "");
  });
  HttpOut http;
  EXPECT_EQ(fetch(http, get(server.url("/a"))).response->status, 302);
}

TEST(HttpOut, SaysThatNothingWasSentWhenNobodyListens) {
  HttpOut http;
  const HttpOutcome outcome = fetch(http, get("http://127.0.0.1:1/secret-path"));
  ASSERT_FALSE(outcome.response);
  EXPECT_EQ(outcome.response.error().kind, Errc::Unavailable);
  EXPECT_FALSE(outcome.maybe_sent);
  EXPECT_THAT(outcome.response.error().text, HasSubstr("127.0.0.1:1"));
  EXPECT_THAT(outcome.response.error().text, Not(HasSubstr("secret-path")));
}

TEST(HttpOut, SaysThatARequestMayHaveArrivedWhenTheAnswerIsMissing) {
  LoopbackServer server([](const std::string&) { return std::string(); });
  HttpOut http;
  const HttpOutcome outcome = fetch(http, get(server.url("/a")));
  ASSERT_FALSE(outcome.response);
  EXPECT_TRUE(outcome.maybe_sent);
}

TEST(HttpOut, GivesUpAfterTheTimeout) {
  std::promise<void> release;
  LoopbackServer server([&](const std::string&) {
    release.get_future().wait();
    return http_answer(200, "", "late");
  });
  HttpOut http;
  HttpOutRequest request = get(server.url("/a"));
  request.timeout = 50ms;
  const HttpOutcome outcome = fetch(http, request);
  release.set_value();
  ASSERT_FALSE(outcome.response);
  EXPECT_EQ(outcome.response.error().kind, Errc::Timeout);
}

TEST(HttpOut, RefusesAnAnswerThatIsTooLarge) {
  LoopbackServer server(
      [](const std::string&) { return http_answer(200, "", std::string(100'000, 'x')); });
  HttpOut http;
  HttpOutRequest request = get(server.url("/a"));
  request.max_response_bytes = 1000;
  const HttpOutcome outcome = fetch(http, request);
  ASSERT_FALSE(outcome.response);
  EXPECT_EQ(outcome.response.error().kind, Errc::Limit);
}

TEST(HttpOut, RefusesOtherSchemesAndBrokenHeaders) {
  HttpOut http;
  EXPECT_EQ(fetch(http, get("file:///etc/passwd")).response.error().kind, Errc::Invalid);
  HttpOutRequest request = get("http://127.0.0.1:1/");
  request.headers = {"A: b\r\nC: d"};
  EXPECT_EQ(fetch(http, request).response.error().kind, Errc::Invalid);
}

TEST(HttpOut, RunsPostedWorkOnItsThreadInTime) {
  HttpOut http;
  std::promise<std::thread::id> first;
  std::promise<std::thread::id> second;
  http.post_at(std::chrono::steady_clock::now() + 20ms,
               [&] { second.set_value(std::this_thread::get_id()); });
  http.post([&] { first.set_value(std::this_thread::get_id()); });
  const std::thread::id thread = first.get_future().get();
  EXPECT_NE(thread, std::this_thread::get_id());
  EXPECT_EQ(second.get_future().get(), thread);
}

TEST(HttpOut, CallsBackOnceForEveryRequestWhenStopped) {
  std::promise<void> release;
  LoopbackServer server([&, waited = false](const std::string&) mutable {
    if (!std::exchange(waited, true)) release.get_future().wait();
    return http_answer(200, "", "");
  });
  std::atomic<int> closed{0};
  std::atomic<int> called{0};
  HttpOut http({.max_in_flight = 2});
  for (int i = 0; i < 10; ++i) {
    http.send(get(server.url("/a")), [&](const HttpOutcome& outcome) {
      ++called;
      if (!outcome.response && outcome.response.error().kind == Errc::Closed) ++closed;
    });
  }
  http.stop(10ms);
  release.set_value();
  EXPECT_EQ(called, 10);
  EXPECT_EQ(closed, 10);
  EXPECT_FALSE(http.post([] {}));
  EXPECT_EQ(fetch(http, get("http://127.0.0.1:1/")).response.error().kind, Errc::Closed);
}

TEST(HttpOut, RunsWorkPostedBeforeAStop) {
  for (int i = 0; i < 50; ++i) {
    bool ran = false;
    HttpOut http;
    ASSERT_TRUE(http.post([&] { ran = true; }));
    http.stop(0ms);
    EXPECT_TRUE(ran);
  }
}

TEST(HttpOut, BeginsUrgentRequestsBesideAsManyAsAreAllowed) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  LoopbackServer slow([released](const std::string&) {
    released.wait();
    return http_answer(200, "", "ok");
  });
  LoopbackServer server([](const std::string&) { return http_answer(200, "", "ok"); });
  HttpOut http({.max_in_flight = 1});
  std::promise<void> slow_done;
  http.send(get(slow.url("/")), [&](const HttpOutcome&) { slow_done.set_value(); });
  HttpOutRequest urgent = get(server.url("/"));
  urgent.urgent = true;
  EXPECT_TRUE(fetch(http, urgent).response);
  release.set_value();
  slow_done.get_future().wait();
}

TEST(HttpOut, CountsWhatWaitsForItsTurnAsWaiting) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  LoopbackServer server([released](const std::string&) {
    released.wait();
    return http_answer(200, "", "ok");
  });
  HttpOut http({.max_in_flight = 1, .max_waiting = 2});
  std::atomic<int> refused{0};
  std::atomic<int> done{0};
  std::promise<void> all;
  for (int i = 0; i < 12; ++i) {
    // Each in a round of the thread's own.
    std::promise<void> round;
    http.post([&] { round.set_value(); });
    round.get_future().wait();
    http.send(get(server.url("/")), [&](const HttpOutcome& outcome) {
      if (!outcome.response && outcome.response.error().kind == Errc::Limit) ++refused;
      if (++done == 12) all.set_value();
    });
  }
  release.set_value();
  all.get_future().wait();
  EXPECT_GE(refused, 8) << "one in flight, two waiting, one on its way";
}

TEST(HttpOut, RefusesMoreThanItsQueueHolds) {
  HttpOut http({.max_in_flight = 1, .max_waiting = 0});
  EXPECT_EQ(fetch(http, get("http://127.0.0.1:1/")).response.error().kind, Errc::Limit);
}

TEST(HttpOut, UsesNoProxyOfTheEnvironment) {
  LoopbackServer proxy([](const std::string&) { return http_answer(200, "", "proxy"); });
  LoopbackServer server([](const std::string&) { return http_answer(200, "", "direct"); });
  ::setenv("http_proxy", proxy.url("").c_str(), 1);
  HttpOut http;
  const HttpOutcome outcome = fetch(http, get(server.url("/")));
  HttpOutRequest inside = get(server.url("/"));
  inside.public_only = true;
  const HttpOutcome refused = fetch(http, inside);
  ::unsetenv("http_proxy");
  ASSERT_TRUE(outcome.response);
  EXPECT_EQ(outcome.response->body, "direct");
  ASSERT_FALSE(refused.response);
  EXPECT_EQ(refused.response.error().kind, Errc::Refused);
  EXPECT_TRUE(proxy.requests().empty());
}

TEST(HttpOut, KeepsPublicRequestsOffThisMachine) {
  LoopbackServer server([](const std::string&) { return http_answer(200, "", "secret"); });
  HttpOut http;
  HttpOutRequest request = get(server.url("/"));
  // Warm: a connection that waits to be used again must not be a way in.
  ASSERT_TRUE(fetch(http, request).response);
  request.public_only = true;
  const HttpOutcome outcome = fetch(http, request);
  ASSERT_FALSE(outcome.response);
  EXPECT_EQ(outcome.response.error().kind, Errc::Refused);
  EXPECT_THAT(outcome.response.error().text, HasSubstr("is an address of this machine"));
  EXPECT_EQ(server.requests().size(), 1u);
}

}  // namespace
}  // namespace discern::net
