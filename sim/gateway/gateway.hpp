#pragma once

// All sessions and connections, and the truth about what was sent.
//
// Pure but for the sockets it is handed. Not thread-safe.

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/complaints.hpp"
#include "sim/gateway/connection.hpp"
#include "sim/gateway/deck.hpp"
#include "sim/gateway/delivery.hpp"
#include "sim/gateway/event.hpp"
#include "sim/gateway/identify_gate.hpp"
#include "sim/world/world.hpp"

namespace discern::sim {

struct GatewaySettings {
  Millis heartbeat_interval{41250};
  Millis session_ttl{180'000};  // How long a session without a connection can be resumed.
  Intents denied_intents = 0;
  std::size_t guilds_per_shard = kGuildsPerShard;
  std::uint32_t recommended_shards = 1;
  std::string url;         // ws://host:port, from GET /gateway.
  std::string resume_url;  // Another address, so that a client that ignores it is seen.
  IdentifyLimits identify;
  ReplayLimits replay;
};

struct GatewayCounts {
  std::uint64_t connections = 0;
  std::uint64_t identifies = 0;
  std::uint64_t identifies_too_soon = 0;
  std::uint64_t resumes = 0;
  std::uint64_t resumes_refused = 0;
  std::uint64_t resumes_elsewhere = 0;  // On the first address instead of resume_gateway_url.
  std::uint64_t heartbeats = 0;
  std::map<std::string_view, std::uint64_t> dispatches_by_type;
  std::map<std::uint32_t, std::uint64_t> dispatches_by_shard;
  std::map<std::uint16_t, std::uint64_t> closed_by_us;
  std::map<std::uint16_t, std::uint64_t> closed_by_client;  // 1006: without a close frame.
};

class Gateway {
 public:
  // `world` and `complaints` must outlive the gateway.
  Gateway(World& world, Complaints& complaints, GatewaySettings settings);
  ~Gateway();

  // --- the world's side
  // Gives the event to every session that may hear of it, connected or not. Returns to how many.
  std::size_t dispatch(const Event& event, Instant now);
  bool someone_hears(const Event& event) const;
  // The union of all sessions' intents.
  Intents heard_intents() const;
  bool has_sessions() const { return !sessions_.empty(); }

  // --- the sockets' side
  Connection& open(GatewaySocket& socket, const ConnectionTarget& target, Instant now);
  // The connection is gone. `code`: what the client sent, 1006 when nothing.
  void closed(Connection& connection, std::uint16_t code, Instant now);
  void on_tick(Instant now);

  // --- the connections' side
  Session& begin_session(const IdentifyPayload& identify);
  Session* find_session(std::string_view id);
  // Takes the session away from whatever connection holds it.
  void take_over(Session& session, Connection& by);
  // The session waits for a resume, for session_ttl at most.
  void detach(Session& session, Instant now);
  void end_session(Session& session, std::string_view why);
  // Those that lost their connection before the client can have seen their READY.
  void end_unheard_sessions(Shard shard);
  std::uint64_t append(Session& session, std::string_view type, Text d, bool replayable = true);
  void append_guild_create(Session& session, Snowflake guild);
  std::size_t guilds_on(Shard shard) const;
  // True when another shard of the same identify bucket is connected: one client, too eager.
  bool bucket_is_busy(Shard shard, const Connection& except) const;
  // How long until "all members" may be asked for again; zero spends it.
  Millis members_wait(Snowflake guild, Instant now);

  void complain(Instant now, std::string_view kind, std::string text);
  bool silent() const { return silent_; }
  void set_silent(bool silent) { silent_ = silent; }

  World& world() { return world_; }
  GatewaySettings& settings() { return settings_; }
  IdentifyGate& identify_gate() { return gate_; }
  GatewayCounts& counts() { return counts_; }
  Delivery& delivery() { return delivery_; }
  Deck* deck() const { return deck_.get(); }
  void set_deck(std::unique_ptr<Deck> deck) { deck_ = std::move(deck); }

  void for_each_connection(const std::function<void(Connection&)>& visit);
  // `visit` also gets the connection, null while there is none.
  void for_each_session(const std::function<void(Session&, Connection*)>& visit);
  const std::vector<std::string>& ended_sessions() const { return ended_; }

 private:
  struct Held {
    std::unique_ptr<Session> session;
    std::optional<Instant> detached_at;
  };
  Connection* connection_of(const Session& session);
  void end_session(Session& session, std::string_view why, Delivery::End end);
  void count(const Session& session, std::string_view type);

  World& world_;
  Complaints& complaints_;
  GatewaySettings settings_;
  IdentifyGate gate_;
  GatewayCounts counts_;
  Delivery delivery_;
  Rng rng_;
  std::map<std::string, Held, std::less<>> sessions_;
  std::list<std::unique_ptr<Connection>> connections_;
  std::map<Snowflake, Instant> members_asked_;
  std::vector<std::string> ended_;
  std::unique_ptr<Deck> deck_;
  bool silent_ = false;
};

}  // namespace discern::sim
