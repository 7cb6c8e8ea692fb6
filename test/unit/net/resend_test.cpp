// Requests on a kept connection that the server cuts: at every point, with every method.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <future>

#include "net/http_out.hpp"
#include "unit/net/cutting_server.hpp"

namespace discern::net {
namespace {

using testing::HasSubstr;

HttpOutcome fetch(HttpOut& http, HttpOutRequest request) {
  std::promise<HttpOutcome> got;
  http.send(std::move(request), [&](HttpOutcome outcome) { got.set_value(std::move(outcome)); });
  return got.get_future().get();
}

HttpOutRequest request_for(const CuttingServer& server, std::string method, std::string body = {}) {
  HttpOutRequest request;
  request.method = std::move(method);
  request.url = server.url("/messages");
  request.body = std::move(body);
  return request;
}

// Makes a connection that is then kept, and which the server cuts at `point` of the next request.
void warm_up(HttpOut& http, CuttingServer& server) {
  ASSERT_TRUE(fetch(http, request_for(server, "GET")).response);
}

struct Case {
  CuttingServer::Point point;
  const char* version;
};

class Resend : public testing::TestWithParam<Case> {};

void expect_one_copy(const Case& how, HttpOutRequest request_of(const CuttingServer&)) {
  CuttingServer server(how.point, how.version);
  HttpOut http;
  warm_up(http, server);
  const HttpOutcome outcome = fetch(http, request_of(server));
  EXPECT_LE(server.begun("/messages") - 1, 1) << "the server saw a second copy";
  ASSERT_FALSE(outcome.response);
  EXPECT_EQ(outcome.response.error().kind, Errc::Unavailable);
  EXPECT_TRUE(outcome.maybe_sent);
  EXPECT_EQ(outcome.sends, 1u);
  EXPECT_THAT(outcome.response.error().text, HasSubstr("ended before the answer"));
}

TEST_P(Resend, APostIsSentOnce) {
  expect_one_copy(GetParam(), [](const CuttingServer& server) {
    return request_for(server, "POST", R"({"content":"hi"})");
  });
}

TEST_P(Resend, AnEmptyPostIsSentOnce) {
  expect_one_copy(GetParam(),
                  [](const CuttingServer& server) { return request_for(server, "POST"); });
}

TEST_P(Resend, APatchIsSentOnce) {
  expect_one_copy(GetParam(), [](const CuttingServer& server) {
    return request_for(server, "PATCH", R"({"content":"hi"})");
  });
}

TEST_P(Resend, ALargePostIsSentOnce) {
  expect_one_copy(GetParam(), [](const CuttingServer& server) {
    return request_for(server, "POST", std::string(3'000'000, 'x'));
  });
}

TEST_P(Resend, FilesAreSentOnce) {
  expect_one_copy(GetParam(), [](const CuttingServer& server) {
    HttpOutRequest request = request_for(server, "POST");
    request.parts = {{"payload_json", "", "application/json", "{}"},
                     {"files[0]", "a.bin", "application/octet-stream", std::string(300'000, 'x')}};
    return request;
  });
}

TEST_P(Resend, WhatMayBeRepeatedIsRepeatedOnce) {
  // libcurl repeats nothing once it has a line of an answer; that is left to the caller.
  const bool answer_began = GetParam().point == CuttingServer::Point::MidAnswer;
  for (const char* method : {"GET", "PUT", "DELETE"}) {
    CuttingServer server(GetParam().point, GetParam().version);
    HttpOut http;
    warm_up(http, server);
    const HttpOutcome outcome = fetch(http, request_for(server, method));
    if (answer_began) {
      EXPECT_FALSE(outcome.response);
      EXPECT_TRUE(outcome.maybe_sent);
      EXPECT_EQ(outcome.sends, 1u);
      continue;
    }
    ASSERT_TRUE(outcome.response) << method << ": " << outcome.response.error().text;
    EXPECT_EQ(outcome.sends, 2u) << method;
  }
}

using Point = CuttingServer::Point;
INSTANTIATE_TEST_SUITE_P(EveryPoint,
                         Resend,
                         testing::Values(Case{Point::BeforeReading, "1.1"},
                                         Case{Point::AfterFirstByte, "1.1"},
                                         Case{Point::AfterHead, "1.1"},
                                         Case{Point::AfterBody, "1.1"},
                                         Case{Point::AfterBodyReset, "1.1"},
                                         Case{Point::MidStatusLine, "1.1"},
                                         Case{Point::MidAnswer, "1.1"},
                                         Case{Point::AfterHead, "1.0"},
                                         Case{Point::AfterBody, "1.0"},
                                         Case{Point::AfterBodyReset, "1.0"}));

TEST(ResendOnce, AConnectionThatWasClosedBeforeIsNotUsed) {
  CuttingServer server(Point::WhileIdle, "1.1");
  HttpOut http;
  warm_up(http, server);
  server.wait_until_closed();
  const HttpOutcome outcome = fetch(http, request_for(server, "POST", "{}"));
  ASSERT_TRUE(outcome.response) << outcome.response.error().text;
  EXPECT_EQ(outcome.sends, 1u);
  EXPECT_EQ(server.begun("/messages"), 2);
}

TEST(ResendOnce, AServerThatIsGoneAfterTheCutDoesNotMakeTheRequestUnsent) {
  CuttingServer server(Point::AfterBodyAndGone, "1.1");
  HttpOut http;
  warm_up(http, server);
  const HttpOutcome outcome = fetch(http, request_for(server, "POST", "{}"));
  ASSERT_FALSE(outcome.response);
  EXPECT_TRUE(outcome.maybe_sent) << "a caller would send it again";
  EXPECT_EQ(server.begun("/messages"), 2);
}

TEST(ResendOnce, AKeptConnectionIsUsedForWhatMayNotBeRepeated) {
  CuttingServer server(Point::Never, "1.1");
  HttpOut http;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(fetch(http, request_for(server, "POST", "{}")).response);
  }
  EXPECT_EQ(server.connections(), 1);
}

}  // namespace
}  // namespace discern::net
