#pragma once

// WebSocket client connections, over TCP (ws://) or TLS (wss://).
//
// Everything here belongs to one thread: the one that runs the io_context. Nothing blocks.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace discern::net {

// Readable bytes after every message, so that parsers may read past its end.
inline constexpr std::size_t kMessagePadding = 64;

struct WebSocketEnd {
  // From the peer's close frame; 0 when there was none (dropped, never connected).
  std::uint16_t code = 0;
  // The peer's reason, or what failed. Never the address's path or query.
  std::string text;
  // Whether the connection was ever open.
  bool opened = false;
};

class WebSocketListener {
 public:
  virtual ~WebSocketListener() = default;
  virtual void on_open() = 0;
  // `bytes` are valid during the call and followed by kMessagePadding readable ones. The listener
  // may destroy the WebSocket in the call.
  virtual void on_message(std::string_view bytes, bool binary) = 0;
  // The last call, exactly once, unless the WebSocket is destroyed before.
  virtual void on_end(const WebSocketEnd& end) = 0;
};

// Destroying it ends the callbacks at once and drops the connection; when close() came before, the
// closing handshake still goes on in the background for its two seconds.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  // Sends a text message after those before it. Nothing happens when the connection is not open.
  virtual void send(std::string text) = 0;
  // Sends what is queued, then a close frame. No message is delivered after this; on_end comes when
  // the peer answered or after two seconds.
  virtual void close(std::uint16_t code) = 0;
};

struct WebSocketOptions {
  std::string user_agent;
  // For the name, TCP, TLS and the upgrade together.
  std::chrono::milliseconds connect_timeout{15000};
  std::size_t max_message_bytes = 64 * 1024 * 1024;
  // Reads the trust store at once, not on the thread of the first wss:// connection.
  bool prepare_tls = false;
};

class WebSocketConnector {
 public:
  virtual ~WebSocketConnector() = default;
  // Begins to connect. The listener must live until on_end or until the WebSocket is destroyed, and
  // is not called before this returns.
  virtual std::unique_ptr<WebSocket> connect(const std::string& url,
                                             WebSocketListener& listener) = 0;
  // Whether the system is still looking for a name. It cannot be told to stop, and destroying the
  // io_context waits until it is done.
  virtual bool is_looking_up() const = 0;
};

// The real one. TLS: version 1.2 or later, certificate and host name checked against the system's
// trust store.
std::unique_ptr<WebSocketConnector> make_websocket_connector(boost::asio::io_context& io,
                                                             WebSocketOptions options);

// "wss://gateway.discord.gg/?v=10" in parts. Pure.
struct WebSocketUrl {
  bool tls = false;
  std::string host;
  std::string port;
  std::string target;  // Path and query; "/" at least.
};
// False when it is not a ws:// or wss:// address.
bool parse_websocket_url(std::string_view text, WebSocketUrl& url);

}  // namespace discern::net
