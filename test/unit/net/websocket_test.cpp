#include "net/websocket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <future>
#include <thread>
#include <vector>

namespace discern::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

using ServerSocket = beast::websocket::stream<tcp::socket>;

// Takes one connection and runs a script on it.
class Server {
 public:
  explicit Server(std::function<void(ServerSocket&)> script)
      : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
        thread_([this, script = std::move(script)] {
          tcp::socket socket(io_);
          boost::system::error_code error;
          acceptor_.accept(socket, error);
          if (error) return;
          ServerSocket peer(std::move(socket));
          beast::flat_buffer buffer;
          beast::http::request<beast::http::string_body> request;
          beast::http::read(peer.next_layer(), buffer, request, error);
          target = std::string(request.target());
          agent = std::string(request[beast::http::field::user_agent]);
          peer.accept(request, error);
          if (!error) script(peer);
        }) {}
  ~Server() { join(); }
  void join() {
    boost::system::error_code ignored;
    if (thread_.joinable()) thread_.join();
  }
  std::string url(const std::string& target_path) const {
    return "ws://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + target_path;
  }
  std::string target;
  std::string agent;

 private:
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

struct Recorder : WebSocketListener {
  void on_open() override {
    happened.push_back("open");
    if (opened) opened();
  }
  void on_message(std::string_view bytes, bool binary) override {
    for (std::size_t i = 0; i < kMessagePadding; ++i) {
      EXPECT_EQ(bytes.data()[bytes.size() + i], '\0');
    }
    happened.push_back((binary ? "binary " : "text ") + std::string(bytes.substr(0, 20)));
    if (received) received();
  }
  void on_end(const WebSocketEnd& what) override {
    happened.push_back("end " + std::to_string(what.code));
    end = what;
    ++ends;
  }
  std::vector<std::string> happened;
  WebSocketEnd end;
  int ends = 0;
  std::function<void()> opened;
  std::function<void()> received;
};

struct WebSocketTest : testing::Test {
  std::unique_ptr<WebSocket> connect(const std::string& url) {
    return connector->connect(url, recorder);
  }
  asio::io_context io;
  Recorder recorder;
  std::unique_ptr<WebSocketConnector> connector =
      make_websocket_connector(io, {.user_agent = "Agent (x)", .connect_timeout = 5s});
};

TEST_F(WebSocketTest, DeliversABurstInOrderWithWhatComesInBetween) {
  constexpr int kMessages = 3000;
  Server server([](ServerSocket& peer) {
    peer.binary(true);
    for (int i = 0; i < kMessages; ++i) {
      // Of every size around a frame head's and the buffers' edges; some in pieces, pings between.
      const std::string text =
          std::to_string(i) + std::string(static_cast<std::size_t>(i * 7 % 1700), 'x');
      peer.auto_fragment(i % 50 == 0);
      if (i % 100 == 1) peer.ping({});
      if (i % 1000 == 500) {
        peer.write(asio::buffer(text + std::string(70'000, 'y')));
      } else if (i % 70 == 3) {
        peer.write_some(false, asio::buffer(text.substr(0, 1)));
        peer.write_some(true, asio::buffer(text.substr(1)));
      } else {
        peer.write(asio::buffer(text));
      }
    }
    peer.close({static_cast<beast::websocket::close_code>(4000), ""});
  });
  std::unique_ptr<WebSocket> socket;
  recorder.received = [&] {
    if (recorder.happened.size() % 500 == 0) socket->send("beat");
  };
  socket = connect(server.url("/"));
  io.run();
  ASSERT_EQ(recorder.happened.size(), kMessages + 2u);
  for (int i = 0; i < kMessages; ++i) {
    const std::string& got = recorder.happened[static_cast<std::size_t>(i) + 1];
    ASSERT_EQ(got.find_first_not_of("0123456789", 7), got.find_first_of("xy", 7)) << got;
    ASSERT_EQ(got.substr(7, got.find_first_of("xy", 7) - 7), std::to_string(i));
  }
  EXPECT_EQ(recorder.end.code, 4000);
}

TEST_F(WebSocketTest, DeliversTextAndBinaryAndTheCloseCode) {
  Server server([](ServerSocket& peer) {
    peer.text(true);
    peer.write(asio::buffer(std::string("hello")));
    peer.binary(true);
    peer.write(asio::buffer(std::string("bytes")));
    peer.write(asio::buffer(std::string(300'000, 'x')));
    peer.close({static_cast<beast::websocket::close_code>(4009), "Session timed out."});
  });
  const auto socket = connect(server.url("/?v=10&encoding=json"));
  io.run();
  EXPECT_THAT(
      recorder.happened,
      ElementsAre("open", "text hello", "binary bytes", "binary xxxxxxxxxxxxxxxxxxxx", "end 4009"));
  EXPECT_EQ(recorder.end.text, "Session timed out.");
  EXPECT_TRUE(recorder.end.opened);
  server.join();
  EXPECT_EQ(server.target, "/?v=10&encoding=json");
  EXPECT_EQ(server.agent, "Agent (x)");
}

TEST_F(WebSocketTest, SendsInOrderAndThenCloses) {
  std::vector<std::string> got;
  std::uint16_t code = 0;
  Server server([&](ServerSocket& peer) {
    boost::system::error_code error;
    while (!error) {
      beast::flat_buffer buffer;
      peer.read(buffer, error);
      if (!error) got.push_back(beast::buffers_to_string(buffer.data()));
    }
    code = static_cast<std::uint16_t>(peer.reason().code);
  });
  const auto socket = connect(server.url("/"));
  recorder.opened = [&] {
    for (const char* text : {"one", "two", "three"}) socket->send(text);
    socket->close(4200);
    socket->send("after the close");
  };
  io.run();
  server.join();
  EXPECT_THAT(got, ElementsAre("one", "two", "three"));
  EXPECT_EQ(code, 4200);
  EXPECT_EQ(recorder.ends, 1);
}

TEST_F(WebSocketTest, ReportsADropWithoutCode) {
  Server server([](ServerSocket& peer) { peer.next_layer().close(); });
  const auto socket = connect(server.url("/"));
  io.run();
  EXPECT_EQ(recorder.end.code, 0);
  EXPECT_TRUE(recorder.end.opened);
  EXPECT_EQ(recorder.ends, 1);
}

TEST_F(WebSocketTest, ReportsThatNobodyListens) {
  const auto socket = connect("ws://127.0.0.1:1/secret");
  io.run();
  EXPECT_FALSE(recorder.end.opened);
  EXPECT_THAT(recorder.end.text, HasSubstr("could not connect to 127.0.0.1"));
  EXPECT_EQ(recorder.end.text.find("secret"), std::string::npos);
  EXPECT_EQ(recorder.ends, 1);
}

TEST_F(WebSocketTest, ReportsAnAddressThatIsNone) {
  const auto socket = connect("https://example.org");
  EXPECT_EQ(recorder.ends, 0) << "not from inside connect()";
  io.run();
  EXPECT_EQ(recorder.ends, 1);
}

TEST_F(WebSocketTest, IsSilentOnceDestroyed) {
  Server server([](ServerSocket& peer) {
    boost::system::error_code error;
    peer.write(asio::buffer(std::string("first")), error);
    peer.write(asio::buffer(std::string("second")), error);
    beast::flat_buffer buffer;
    peer.read(buffer, error);
  });
  auto socket = connect(server.url("/"));
  recorder.received = [&] { socket.reset(); };
  io.run();
  EXPECT_THAT(recorder.happened, ElementsAre("open", "text first"));
}

TEST_F(WebSocketTest, ClosesInTheBackgroundWhenDestroyedAfterClose) {
  std::uint16_t code = 0;
  Server server([&](ServerSocket& peer) {
    boost::system::error_code error;
    beast::flat_buffer buffer;
    peer.read(buffer, error);
    code = static_cast<std::uint16_t>(peer.reason().code);
  });
  auto socket = connect(server.url("/"));
  recorder.opened = [&] {
    socket->close(4200);
    socket.reset();
  };
  io.run();
  server.join();
  EXPECT_EQ(code, 4200);
  EXPECT_EQ(recorder.ends, 0);
}

TEST_F(WebSocketTest, EndsWhenTheListenerThrows) {
  Server server([](ServerSocket& peer) {
    boost::system::error_code error;
    peer.write(asio::buffer(std::string("first")), error);
    beast::flat_buffer buffer;
    peer.read(buffer, error);
  });
  const auto socket = connect(server.url("/"));
  recorder.received = [] { throw std::runtime_error("no memory"); };
  io.run();
  EXPECT_THAT(recorder.happened, ElementsAre("open", "text first", "end 0"));
  EXPECT_EQ(recorder.end.text, "no memory");
}

TEST_F(WebSocketTest, ClosesThoughThePeerTakesNothingAnyMore) {
  std::promise<void> over;
  Server server([done = over.get_future().share()](ServerSocket&) { done.wait(); });
  const auto socket = connect(server.url("/"));
  recorder.opened = [&] {
    // More than the buffers of both systems hold.
    for (int i = 0; i < 64; ++i) socket->send(std::string(1 << 20, 'x'));
    socket->close(4200);
  };
  io.run();
  EXPECT_EQ(recorder.ends, 1);
  over.set_value();
}

TEST(WebSocketUrl, IsTakenApart) {
  WebSocketUrl url;
  ASSERT_TRUE(parse_websocket_url("wss://gateway.discord.gg/?v=10&encoding=json", url));
  EXPECT_TRUE(url.tls);
  EXPECT_EQ(url.host, "gateway.discord.gg");
  EXPECT_EQ(url.port, "443");
  EXPECT_EQ(url.target, "/?v=10&encoding=json");
  ASSERT_TRUE(parse_websocket_url("ws://127.0.0.1:8080?x=1", url));
  EXPECT_EQ(url.port, "8080");
  EXPECT_EQ(url.target, "/?x=1");
  ASSERT_TRUE(parse_websocket_url("ws://[::1]:9/a#b", url));
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, "9");
  EXPECT_EQ(url.target, "/a");
}

TEST(WebSocketUrl, RefusesOtherThings) {
  WebSocketUrl url;
  for (const char* text : {"",
                           "http://a/",
                           "ws://",
                           "ws://:80/",
                           "ws://a:b/",
                           "ws://a:/",
                           "ws://a b/",
                           "ws://a/ b",
                           "ws://[::1",
                           "ws://a:123456/",
                           "ws://user@host/"}) {
    EXPECT_FALSE(parse_websocket_url(text, url)) << text;
  }
}

}  // namespace
}  // namespace discern::net
