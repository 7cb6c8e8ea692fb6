#include "net/http_head.hpp"

#include <gtest/gtest.h>

namespace discern::net {
namespace {

using namespace std::chrono_literals;

std::string head_of(const HttpResponse& response, HttpHeadContext context = {}) {
  std::string out;
  context.date = "D";
  append_head(out, response, response.body.view().size(), HttpFraming::Length, context);
  return out;
}

TEST(HttpDate, IsWrittenAsTheRfcWantsIt) {
  EXPECT_EQ(http_date(SystemTime(784111777s)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(AppendHead, WritesStatusDateLengthTypeAndCaching) {
  HttpResponse response;
  response.body = std::string("{}");
  EXPECT_EQ(head_of(response),
            "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 2\r\n"
            "Content-Type: application/json\r\nCache-Control: no-store\r\n\r\n");
}

TEST(AppendHead, ValuesCannotAddFieldsOfTheirOwn) {
  HttpResponse response;
  response.fields.emplace_back("Location", "/a\r\nSet-Cookie: x=1\n\n<html>\0");
  const std::string head = head_of(response);
  EXPECT_NE(head.find("Location: /a  Set-Cookie: x=1  <html>\r\n"), head.npos) << head;
  EXPECT_EQ(head.find("\nSet-Cookie"), head.npos) << head;
}

TEST(AppendHead, AFieldWhoseNameIsNoTokenIsLeftOut) {
  HttpResponse response;
  response.fields.emplace_back("A: b\r\nEvil", "x");
  EXPECT_EQ(head_of(response).find("Evil"), std::string::npos);
}

TEST(AppendHead, NoContentHasNeitherLengthNorType) {
  HttpResponse response;
  response.status = 204;
  EXPECT_EQ(head_of(response).find("Content-"), std::string::npos);
}

TEST(AppendHead, SaysWhenTheConnectionCloses) {
  HttpHeadContext context;
  context.keep_alive = false;
  EXPECT_NE(head_of({}, context).find("Connection: close\r\n"), std::string::npos);
  context.keep_alive = true;
  EXPECT_EQ(head_of({}, context).find("Connection"), std::string::npos);
  context.old_peer = true;
  EXPECT_NE(head_of({}, context).find("Connection: keep-alive\r\n"), std::string::npos);
}

TEST(AppendHead, FixedFieldsAreInEveryAnswer) {
  HttpHeadContext context;
  context.fixed = "X-Fixed: 1\r\n";
  EXPECT_TRUE(head_of({}, context).ends_with("X-Fixed: 1\r\n\r\n"));
}

TEST(HttpResponderTest, ADroppedResponderAnswers500) {
  struct Exchange : HttpExchange {
    void set_tag(std::uint64_t, std::uint32_t) override {}
    void answer(std::uint64_t, HttpResponse response) override { status = response.status; }
    std::shared_ptr<HttpStream> open_stream(std::uint64_t,
                                            HttpResponse,
                                            std::function<void()>) override {
      return nullptr;
    }
    int status = 0;
  };
  const auto exchange = std::make_shared<Exchange>();
  { HttpResponder responder(exchange, 1); }
  EXPECT_EQ(exchange->status, 500);
}

}  // namespace
}  // namespace discern::net
