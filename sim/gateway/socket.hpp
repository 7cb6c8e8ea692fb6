#pragma once

#include <cstdint>
#include <string_view>

namespace discern::sim {

// One WebSocket connection as the gateway sees it. net/server.cpp has the real one.
class GatewaySocket {
 public:
  virtual ~GatewaySocket() = default;

  // Queues one message. The bytes are copied.
  virtual void send(std::string_view message, bool binary) = 0;
  // Bytes queued and not yet taken by the kernel.
  virtual std::size_t unsent() const = 0;
  // A close frame after everything queued. Later sends are ignored.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  // A TCP reset, as a dying host gives; what is queued is lost.
  virtual void abort() = 0;
};

}  // namespace discern::sim
