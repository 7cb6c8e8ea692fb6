#pragma once

// One WebSocket connection of a client: the server's half of the gateway protocol.
//
// No socket and no clock of its own, so that tests can play both. Not thread-safe.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "sim/gateway/client_payload.hpp"
#include "sim/gateway/encoder.hpp"
#include "sim/gateway/send_window.hpp"
#include "sim/gateway/session.hpp"
#include "sim/gateway/socket.hpp"
#include "sim/instant.hpp"

namespace discern::sim {

class Gateway;

struct ConnectionTarget {
  Compression compression = Compression::None;
  bool at_resume_address = false;  // Reached by READY's resume_gateway_url.
};

class Connection {
 public:
  // `gateway` and `socket` must outlive the connection. Says hello.
  Connection(Gateway& gateway, GatewaySocket& socket, const ConnectionTarget& target, Instant now);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void on_message(std::string_view text, Instant now);
  // Sends what the session has and the socket will take. Call when there is something new or the
  // socket has drained.
  void pump(Instant now);
  // Heartbeat deadlines and the end of stalls; call a few times a second.
  void on_tick(Instant now);

  // The session has ended or was resumed elsewhere.
  void forget(const Session& session) {
    if (session_ == &session) session_ = nullptr;
  }

  // Null before READY or RESUMED and after the session's end.
  Session* session() const { return session_; }
  bool closing() const { return closing_; }
  // What was sent last may not have arrived.
  bool broken() const { return broken_; }
  Compression compression() const { return target_.compression; }
  std::uint64_t sent_sequence() const { return cursor_; }
  std::optional<std::uint64_t> acknowledged_sequence() const { return acknowledged_; }
  std::uint64_t replayed() const { return replayed_; }

  // What a test may do to it.
  void close(std::uint16_t code);
  void drop();
  void ask_to_reconnect();
  void invalidate_session(bool resumable, Instant now);
  void request_heartbeat(Instant now);
  void send_text(std::string_view payload) { send(payload); }
  // Sends bytes that are no valid stream.
  void corrupt();
  // Nothing is sent before `until`, heartbeat acknowledgements included.
  void stall(Instant until) { stalled_until_ = until; }

 private:
  void on_payload(const HeartbeatPayload& payload, Instant now);
  void on_payload(const IdentifyPayload& payload, Instant now);
  void on_payload(const ResumePayload& payload, Instant now);
  void on_payload(const MembersPayload& payload, Instant now);
  void on_payload(const PresencePayload& payload, Instant now) {
    if (require_session(now)) session_->presence = payload.presence;
  }
  void on_payload(const VoiceStatePayload&, Instant now) { require_session(now); }
  void on_payload(const OtherPayload&, Instant now) { require_session(now); }
  bool require_session(Instant now);
  bool may_identify(const IdentifyPayload& payload, Instant now);

  void refuse(const Violation& violation, Instant now);
  void supervise_heartbeats(Instant now);
  bool produce_next();
  void send(std::string_view payload);
  void send_event(const SentEvent& event);
  bool send_flood_event();

  Gateway& gateway_;
  GatewaySocket& socket_;
  ConnectionTarget target_;
  std::unique_ptr<Encoder> encoder_;
  Session* session_ = nullptr;
  std::uint64_t cursor_ = 0;      // The last sequence number sent on this connection.
  std::uint64_t resumed_at_ = 0;  // Events up to this number were sent before the resume.
  std::uint64_t replayed_ = 0;
  std::optional<std::uint64_t> acknowledged_;
  SendWindow window_;
  Instant last_heartbeat_;
  std::optional<Instant> heartbeat_asked_;
  std::size_t deck_position_ = 0;
  Instant stalled_until_{};
  bool closing_ = false;
  bool broken_ = false;
};

}  // namespace discern::sim
