#include "net/http_reader.hpp"

#include <gtest/gtest.h>

#include <string>

namespace discern::net {
namespace {

using State = HttpReader::State;

constexpr HttpLimits kLimits{
    .header_bytes = 1024, .target_bytes = 200, .fields = 10, .body_bytes = 100};

// Feeds the whole text and returns the status of the refusal, or 0 when there was none.
int refused(const std::string& text) {
  HttpReader reader(kLimits);
  reader.feed(text);
  return reader.state() == State::Failed ? reader.refusal().status : 0;
}

std::string get(std::string_view target, std::string_view fields = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

TEST(HttpReader, SplitsARequest) {
  HttpReader reader(kLimits);
  const std::string text = get("/a/b?x=1&y", "X-One:  two \r\n");
  EXPECT_EQ(reader.feed(text), text.size());
  ASSERT_EQ(reader.state(), State::Complete);
  const HttpRequest& request = reader.request();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/a/b");
  EXPECT_EQ(request.query, "x=1&y");
  EXPECT_EQ(request.host, "a");
  EXPECT_EQ(request.field("x-ONE"), "two");
  EXPECT_EQ(request.find_field("absent"), nullptr);
  EXPECT_TRUE(reader.keep_alive());
}

TEST(HttpReader, TheResultDoesNotDependOnHowTheBytesArrive) {
  const std::string text =
      "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\nNEXT";
  for (std::size_t step = 1; step < text.size(); ++step) {
    HttpReader reader(kLimits);
    std::string unread;
    for (std::size_t at = 0; at < text.size() && reader.state() != State::Complete; at += step) {
      unread += text.substr(at, step);
      unread.erase(0, reader.feed(unread));
      ASSERT_NE(reader.state(), State::Failed) << step << ' ' << at;
    }
    ASSERT_EQ(reader.state(), State::Complete) << step;
    EXPECT_EQ(reader.request().body, "hello world") << step;
    EXPECT_TRUE(std::string("NEXT").starts_with(unread)) << step;
  }
}

TEST(HttpReader, TakesNothingOfTheNextRequest) {
  HttpReader reader(kLimits);
  const std::string first = "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
  const std::string text = first + get("/2");
  EXPECT_EQ(reader.feed(text), first.size());
  EXPECT_EQ(reader.request().body, "abc");
  reader.next();
  reader.feed(std::string_view(text).substr(first.size()));
  ASSERT_EQ(reader.state(), State::Complete);
  EXPECT_EQ(reader.request().path, "/2");
  EXPECT_EQ(reader.request().body, "");
}

TEST(HttpReader, UnderstandsAbsoluteTargets) {
  HttpReader reader(kLimits);
  reader.feed(get("http://evil.example:81/x?y"));
  ASSERT_EQ(reader.state(), State::Complete);
  EXPECT_EQ(reader.request().host, "evil.example:81");
  EXPECT_EQ(reader.request().path, "/x");
  reader.next();
  reader.feed(get("HTTP://b"));
  EXPECT_EQ(reader.request().path, "/");
}

TEST(HttpReader, OverlooksEmptyLinesBeforeARequest) {
  HttpReader reader(kLimits);
  reader.feed("\r\n\r\n" + get("/"));
  EXPECT_EQ(reader.state(), State::Complete);
}

TEST(HttpReader, KeepsAliveAsTheClientAsks) {
  HttpReader reader(kLimits);
  reader.feed("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(reader.state(), State::Complete);
  EXPECT_FALSE(reader.keep_alive());
  EXPECT_TRUE(reader.is_http_1_0());
  reader.next();
  reader.feed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(reader.keep_alive());
  reader.next();
  reader.feed(get("/", "Connection: close\r\n"));
  EXPECT_FALSE(reader.keep_alive());
}

TEST(HttpReader, AsksForTheBodyOnce) {
  HttpReader reader(kLimits);
  reader.feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\n");
  EXPECT_TRUE(reader.take_expects_continue());
  EXPECT_FALSE(reader.take_expects_continue());
  reader.feed("x");
  EXPECT_EQ(reader.state(), State::Complete);
}

TEST(HttpReader, RefusesWhatIsMalformed) {
  EXPECT_EQ(refused("\x16\x03\x01\x02"), 400) << "TLS";
  EXPECT_EQ(refused("GET / HTTP/1.1\nHost: a\n\n"), 400) << "bare line feeds";
  EXPECT_EQ(refused("GET\r\n"), 0) << "not complete yet";
  EXPECT_EQ(refused("GET\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET / \r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refused(get("a/b")), 400);
  EXPECT_EQ(refused(get("/a#b")), 400);
  EXPECT_EQ(refused(get("/\x01")), 400);
  EXPECT_EQ(refused(get("/", "No colon\r\n")), 400);
  EXPECT_EQ(refused(get("/", "Space : x\r\n")), 400);
  EXPECT_EQ(refused(get("/", "A: b\r\n folded\r\n")), 400);
  EXPECT_EQ(refused(get("/", "A: b\x01\r\n")), 400);
  EXPECT_EQ(refused(get("/", std::string("A: b\0c\r\n", 8))), 400);
}

TEST(HttpReader, RefusesWhatCouldSmuggleARequest) {
  EXPECT_EQ(refused(get("/", "Host: b\r\n")), 400);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\n\r\n"), 400) << "no host";
  EXPECT_EQ(refused(get("/", "Content-Length: 1\r\nContent-Length: 1\r\n")), 400);
  EXPECT_EQ(refused(get("/", "Content-Length: -1\r\n")), 400);
  EXPECT_EQ(refused(get("/", "Content-Length: 0x5\r\n")), 400);
  EXPECT_EQ(refused(get("/", "Content-Length: 99999999999999999999\r\n")), 400);
  EXPECT_EQ(refused(get("/", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")), 400);
  EXPECT_EQ(refused(get("/", "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n")), 400);
  EXPECT_EQ(refused(get("/", "Transfer-Encoding: gzip\r\n")), 501);
  EXPECT_EQ(refused(get("/", "Transfer-Encoding: gzip, chunked\r\n")), 501);
  EXPECT_EQ(refused(get("/", "Transfer-Encoding: xchunked\r\n")), 501);
  EXPECT_EQ(refused(get("/", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")), 400);
  EXPECT_EQ(refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(HttpReader, FieldsThatTakeOneValueComeOnce) {
  const auto twice = [](const std::string& name, const std::string& one, const std::string& other) {
    return refused(get("/", name + ": " + one + "\r\n" + name + ": " + other + "\r\n"));
  };
  for (const char* name : {"Origin",
                           "Sec-Fetch-Site",
                           "sec-fetch-mode",
                           "SEC-FETCH-DEST",
                           "Host",
                           "Content-Type",
                           "Authorization",
                           "Cookie",
                           "Referer",
                           "Forwarded",
                           "Last-Event-ID",
                           "Content-Length"}) {
    EXPECT_EQ(twice(name, "a", "b"), 400) << name;
    EXPECT_EQ(twice(name, "a", "a"), 400) << name << ", equal ones";
  }
  EXPECT_EQ(refused(get("/", "Origin: a\r\nX: y\r\norigin: b\r\n")), 400) << "with another between";
  for (const char* name : {"Origin", "Sec-Fetch-Site", "Host", "Content-Length", "Authorization"}) {
    EXPECT_EQ(refused("GET / HTTP/1.1\r\n" + std::string(name) + ": a, b\r\n\r\n"), 400) << name;
  }
  for (const char* name : {"Origin", "Sec-Fetch-Site", "Content-Length"}) {
    EXPECT_EQ(refused(get("/", std::string(name) + ":  \r\n")), 400) << name << " without a value";
  }
  EXPECT_EQ(twice("Accept", "a", "b"), 0) << "a list";
  EXPECT_EQ(twice("X-Own", "a", "b"), 0);
  EXPECT_EQ(refused(get("/", "Content-Type: multipart/form-data; boundary=\"a,b\"\r\n")), 0);
}

TEST(HttpReader, TheNextRequestMaySendTheSameFields) {
  HttpReader reader(kLimits);
  const std::string text = get("/", "Origin: a\r\n");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(reader.feed(text), text.size());
    ASSERT_EQ(reader.state(), State::Complete);
    reader.next();
  }
}

TEST(HttpReader, RefusesBrokenChunks) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(refused(head + "zz\r\n"), 400);
  EXPECT_EQ(refused(head + "1\r\nabcd\r\n"), 400);
  EXPECT_EQ(refused(head + "ffffffffffffffff\r\n"), 413);
  EXPECT_EQ(refused(head + "ffffffffffffffffff\r\n"), 400);
  EXPECT_EQ(refused(head + "1;" + std::string(5000, 'x')), 431);
  EXPECT_EQ(refused(head + "0\r\nA: " + std::string(5000, 'x')), 431);
  EXPECT_EQ(refused(head + "32\r\n" + std::string(50, 'x') + "\r\n33\r\n"), 413);
}

TEST(HttpReader, NamesTheLimitThatWasBroken) {
  EXPECT_EQ(refused(get("/" + std::string(198, 'x'))), 0);
  EXPECT_EQ(refused(get("/" + std::string(200, 'x'))), 414);
  EXPECT_EQ(refused("GET /" + std::string(2000, 'x')), 414) << "without an end";
  EXPECT_EQ(refused(get("/", "A: " + std::string(1000, 'x') + "\r\n")), 431);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(2000, 'x')), 431);
  std::string many;
  for (int i = 0; i < 20; ++i) many += "A: b\r\n";
  EXPECT_EQ(refused(get("/", many)), 431);
  EXPECT_EQ(refused(get("/", "Content-Length: 101\r\n")), 413);
  EXPECT_EQ(refused("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(refused("GET / HTTP/1.2\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(refused("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"), 400)
      << "the version is fine, the space is not";
  EXPECT_EQ(refused("GET / SPDY/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refused(get("/", "Expect: magic\r\n")), 417);
}

TEST(HttpReader, SurvivesEveryPrefixAndEveryFlippedByte) {
  const std::string text = "POST /p?q HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
  for (std::size_t size = 0; size < text.size(); ++size) {
    HttpReader reader(kLimits);
    reader.feed(std::string_view(text).substr(0, size));
    EXPECT_NE(reader.state(), State::Complete);
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = text;
      changed[at] = static_cast<char>(value);
      HttpReader reader(kLimits);
      reader.feed(changed);
      if (reader.state() == State::Failed) {
        EXPECT_GE(reader.refusal().status, 400);
      }
    }
  }
}

}  // namespace
}  // namespace discern::net
