#pragma once

// HTTP and WebSocket on loopback. The only file that knows a network library is server.cpp.

#include <cstdint>
#include <memory>
#include <string_view>

#include "sim/gateway/socket.hpp"
#include "sim/http.hpp"

namespace discern::sim {

// Hears of one WebSocket connection. All calls come on the server's thread.
class SocketListener {
 public:
  virtual ~SocketListener() = default;
  virtual void on_message(std::string_view message) = 0;
  // What was queued has left.
  virtual void on_drained() = 0;
  // The last call. `code`: what the peer sent, 1005 for a close without code, 1006 for none.
  virtual void on_closed(std::uint16_t code) = 0;
};

// All calls come on the server's thread.
class ServerHandler {
 public:
  virtual ~ServerHandler() = default;
  virtual HttpReply on_request(const HttpRequest& request) = 0;
  // `socket` lives until on_closed has returned.
  virtual std::unique_ptr<SocketListener> on_socket(GatewaySocket& socket,
                                                    const HttpRequest& upgrade) = 0;
  virtual void on_tick() = 0;
};

class Server {
 public:
  // Binds 127.0.0.1 and, where the system allows it, 127.0.0.2. Port 0 takes a free one. Throws
  // std::system_error when the port is taken.
  explicit Server(std::uint16_t port);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  bool has_second_address() const;

  // Serves until SIGINT or SIGTERM.
  void run(ServerHandler& handler);

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace discern::sim
