#include "unit/net/http_server_fixture.hpp"

namespace discern::net {
namespace {

TEST_F(HttpServerTest, AnswersManyRequestsOnOneConnection) {
  RawClient client(port());
  for (int i = 0; i < 100; ++i) {
    client.send(get("/" + std::to_string(i)));
    EXPECT_TRUE(client.read_answer().ends_with("GET /" + std::to_string(i) + " "));
  }
  EXPECT_TRUE(echo.wait_for("answered 7 200", 100));
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  RawClient client(port());
  std::string all;
  for (int i = 0; i < 500; ++i) all += get("/" + std::to_string(i));
  client.send(all);
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(client.read_answer().ends_with("GET /" + std::to_string(i) + " "));
  }
}

TEST_F(HttpServerTest, APipelinedRequestWaitsForASlowOneBeforeIt) {
  RawClient client(port());
  client.send(get("/1") + get("/keep") + get("/2"));
  EXPECT_TRUE(client.read_answer().ends_with("GET /1 "));
  std::thread elsewhere([&] {
    HttpResponse late;
    late.body = std::string("late");
    echo.take_kept().answer(std::move(late));
  });
  EXPECT_TRUE(client.read_answer().ends_with("late"));
  EXPECT_TRUE(client.read_answer().ends_with("GET /2 "));
  elsewhere.join();
}

TEST_F(HttpServerTest, SendsLargeBodiesWhole) {
  RawClient client(port());
  client.send(get("/large") + get("/after"));
  EXPECT_EQ(client.read_answer().size() > 3'000'000, true);
  EXPECT_TRUE(client.read_answer().ends_with("GET /after "));
}

TEST_F(HttpServerTest, LeavesTheBodyAwayForHead) {
  RawClient client(port());
  client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + get("/y"));
  const std::string head = client.read_answer(false);
  EXPECT_NE(head.find("Content-Length: 8\r\n"), head.npos) << head;
  EXPECT_TRUE(client.read_answer().ends_with("GET /y "));
}

TEST_F(HttpServerTest, ReadsABodyAfter100Continue) {
  RawClient client(port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  EXPECT_TRUE(client.read_answer().ends_with("POST / body"));
}

TEST_F(HttpServerTest, AnswersClientsThatStopSending) {
  RawClient client(port());
  client.send("GET / HTTP/1.0\r\n\r\n");
  client.finish_sending();
  const std::string answer = client.read_all();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_NE(answer.find("Connection: close"), answer.npos);
}

TEST_F(HttpServerTest, AHandlerThatThrowsOrForgetsGives500) {
  RawClient client(port());
  client.send(get("/throw"));
  EXPECT_EQ(status_of(client.read_answer()), 500);
  client.send(get("/drop"));
  EXPECT_EQ(status_of(client.read_answer()), 500);
  client.send(get("/ok"));
  EXPECT_EQ(status_of(client.read_answer()), 200);
}

TEST_F(HttpServerTest, RefusesMalformedRequestsAndCloses) {
  RawClient client(port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\nBad header\r\n\r\n" + get("/never"));
  const std::string answer = client.read_all();
  EXPECT_EQ(status_of(answer), 400);
  EXPECT_NE(answer.find("X-Fixed: yes"), answer.npos);
  EXPECT_EQ(answer.find("never"), answer.npos);
  EXPECT_TRUE(echo.wait_for("malformed 400"));
}

TEST_F(HttpServerTest, TheAnswerToAnOversizedBodyArrivesWhileItIsBeingSent) {
  RawClient client(port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
  client.send(std::string(1'000'000, 'x'));
  EXPECT_EQ(status_of(client.read_all()), 413);
}

TEST_F(HttpServerTest, SlowHeadersAndBodiesTimeOut) {
  HttpServerOptions options;
  options.header_timeout = options.body_timeout = 300ms;
  start(options);
  RawClient header(port());
  header.send("GET / HTTP/1.1\r\nHo");
  RawClient body(port());
  body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  RawClient silent(port());
  EXPECT_EQ(status_of(header.read_all()), 408);
  EXPECT_EQ(status_of(body.read_all()), 408);
  EXPECT_EQ(silent.read_all(), "");
}

TEST_F(HttpServerTest, IdleConnectionsAreClosed) {
  HttpServerOptions options;
  options.idle_timeout = 300ms;
  start(options);
  RawClient client(port());
  client.send(get("/"));
  EXPECT_EQ(status_of(client.read_answer()), 200);
  EXPECT_EQ(client.read_all(), "");
}

TEST_F(HttpServerTest, AHandlerThatTakesTooLongGives504AndItsAnswerIsDropped) {
  HttpServerOptions options;
  options.handler_timeout = 300ms;
  start(options);
  RawClient client(port());
  client.send(get("/keep"));
  EXPECT_EQ(status_of(client.read_answer()), 504);
  echo.take_kept().answer({});
  client.send(get("/next"));
  EXPECT_TRUE(client.read_answer().ends_with("GET /next "));
}

TEST_F(HttpServerTest, SendsABodyPieceByPiece) {
  RawClient client(port());
  client.send(get("/pieces/3") + get("/next"));
  EXPECT_NE(client.read_until("\r\n\r\n").find("Transfer-Encoding: chunked"), std::string::npos);
  for (const char c : {'d', 'c', 'b'}) {
    EXPECT_EQ(client.read_until("\r\n"), "c350\r\n");
    EXPECT_EQ(client.read_exactly(50'002), std::string(50'000, c) + "\r\n");
  }
  EXPECT_EQ(client.read_exactly(5), "0\r\n\r\n");
  EXPECT_TRUE(client.read_answer().ends_with("GET /next ")) << "and the connection stays";
  client.send("HEAD /pieces/3 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/next"));
  EXPECT_NE(client.read_until("\r\n\r\n").find("chunked"), std::string::npos);
  EXPECT_TRUE(client.read_answer().ends_with("GET /next "));
}

TEST_F(HttpServerTest, OldClientsGetPiecesUntilTheConnectionCloses) {
  RawClient client(port());
  client.send("GET /pieces/2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const std::string answer = client.read_all();
  EXPECT_EQ(answer.find("chunked"), answer.npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n" + std::string(50'000, 'c') + std::string(50'000, 'b')));
}

TEST_F(HttpServerTest, ABodyThatFailsHalfWayIsCutAndNotEnded) {
  RawClient client(port());
  client.send(get("/pieces/broken"));
  const std::string answer = client.read_all();
  EXPECT_NE(answer.find(std::string(50'000, 'c')), answer.npos);
  EXPECT_FALSE(answer.ends_with("0\r\n\r\n"));
}

TEST_F(HttpServerTest, StreamsReachTheirClientUntilItLeaves) {
  {
    RawClient client(port());
    client.send(get("/stream"));
    ASSERT_TRUE(echo.wait_for("stream opened"));
    server->post([&] { echo.stream->push(std::make_shared<const std::string>("one\n")); });
    server->post([&] { echo.stream->push(std::make_shared<const std::string>("two\n")); });
    const std::string answer = client.read_until("two\n");
    EXPECT_EQ(answer.find("Content-Length"), answer.npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\none\ntwo\n"));
  }
  EXPECT_TRUE(echo.wait_for("stream closed"));
}

TEST_F(HttpServerTest, AStreamWhoseClientDoesNotReadIsDropped) {
  RawClient client(port(), 4096);
  client.send(get("/stream"));
  ASSERT_TRUE(echo.wait_for("stream opened"));
  const auto piece = std::make_shared<const std::string>(100'000, 'x');
  for (int i = 0; i < 200; ++i) server->post([&, piece] { echo.stream->push(piece); });
  EXPECT_TRUE(echo.wait_for("slow_stream 0"));
  EXPECT_TRUE(echo.wait_for("stream closed"));
}

TEST_F(HttpServerTest, StopClosesEverythingAndLateAnswersAreHarmless) {
  RawClient idle(port());
  idle.send(get("/"));
  idle.read_answer();
  RawClient streaming(port());
  streaming.send(get("/stream"));
  ASSERT_TRUE(echo.wait_for("stream opened"));
  RawClient waiting(port());
  waiting.send(get("/keep"));
  HttpResponder late = echo.take_kept();
  server->stop();
  server->stop();
  late.answer({});
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_EQ(status_of(streaming.read_all()), 200);
  EXPECT_TRUE(echo.wait_for("stream closed"));
  EXPECT_THROW(RawClient refused(port()), std::runtime_error);
  echo.stream.reset();
}

TEST_F(HttpServerTest, AnswersUnderWayAreFinishedWhenItStops) {
  RawClient client(port());
  client.send(get("/keep"));
  HttpResponder responder = echo.take_kept();
  std::thread stopper([&] { server->stop(); });
  HttpResponse response;
  response.body = std::string("finished");
  responder.answer(std::move(response));
  EXPECT_TRUE(client.read_all().ends_with("finished"));
  stopper.join();
}

TEST_F(HttpServerTest, SaysWhatIsWrongWithItsAddress) {
  HttpServerOptions options;
  options.address = "example";
  EXPECT_EQ(HttpServer::start(options, echo).error().kind, Errc::Invalid);
  options.address = "127.0.0.1";
  options.port = port();
  const auto taken = HttpServer::start(options, echo);
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().kind, Errc::Io);
  EXPECT_TRUE(*is_loopback_address("::1"));
  EXPECT_TRUE(*is_loopback_address("localhost"));
  EXPECT_FALSE(*is_loopback_address("0.0.0.0"));
}

}  // namespace
}  // namespace discern::net
