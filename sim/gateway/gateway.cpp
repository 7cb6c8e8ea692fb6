#include "sim/gateway/gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "sim/gateway/payloads.hpp"

namespace discern::sim {

Gateway::Gateway(World& world, Complaints& complaints, GatewaySettings settings)
    : world_(world),
      complaints_(complaints),
      settings_(std::move(settings)),
      gate_(settings_.identify),
      rng_(mix(world.seed(), 7)) {}

Gateway::~Gateway() = default;

std::size_t Gateway::dispatch(const Event& event, Instant now) {
  std::size_t heard = 0;
  for (auto& [id, held] : sessions_) {
    Session& session = *held.session;
    if (!session.hears(event)) continue;
    ++heard;
    append(session, event.type, session.text_for(event));
    if (Connection* connection = connection_of(session)) connection->pump(now);
  }
  return heard;
}

bool Gateway::someone_hears(const Event& event) const {
  return std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& entry) {
    return entry.second.session->hears(event);
  });
}

Intents Gateway::heard_intents() const {
  Intents all = 0;
  for (const auto& [id, held] : sessions_) all |= held.session->intents();
  return all;
}

Connection& Gateway::open(GatewaySocket& socket, const ConnectionTarget& target, Instant now) {
  ++counts_.connections;
  connections_.push_back(std::make_unique<Connection>(*this, socket, target, now));
  return *connections_.back();
}

void Gateway::closed(Connection& connection, std::uint16_t code, Instant now) {
  // After our own close frame the client's is but an echo.
  const bool clients_choice = !connection.closing();
  if (clients_choice) ++counts_.closed_by_client[code];
  if (Session* session = connection.session()) {
    if (clients_choice && !keeps_session(code)) {
      end_session(*session, "closed by the client", Delivery::End::Broken);
    } else {
      detach(*session, now);
    }
  }
  connections_.remove_if([&](const auto& held) { return held.get() == &connection; });
}

void Gateway::detach(Session& session, Instant now) {
  sessions_.find(session.id())->second.detached_at = now;
}

void Gateway::on_tick(Instant now) {
  for_each_connection([&](Connection& connection) { connection.on_tick(now); });
  std::vector<Session*> expired;
  for (auto& [id, held] : sessions_) {
    if (held.detached_at && now - *held.detached_at > settings_.session_ttl) {
      expired.push_back(held.session.get());
    }
  }
  for (Session* session : expired) end_session(*session, "not resumed in time");
}

Session& Gateway::begin_session(const IdentifyPayload& identify) {
  end_unheard_sessions(identify.shard);
  std::string id = fmt::format("{:016x}{:016x}", rng_.next(), rng_.next());
  auto session = std::make_unique<Session>(id, identify.shard, identify.intents, settings_.replay);
  std::vector<Snowflake> guilds;
  for (const Guild& guild : world_.guilds()) {
    if (shard_of(guild.id, identify.shard.count) == identify.shard.id) guilds.push_back(guild.id);
  }
  append(*session,
         "READY",
         make_text(ready_text(world_, *session, guilds, settings_.resume_url)),
         false);
  if ((identify.intents & intent::kGuilds) != 0) session->await_guilds(guilds);
  Session& reference = *session;
  sessions_.emplace(std::move(id), Held{std::move(session), std::nullopt});
  return reference;
}

Session* Gateway::find_session(std::string_view id) {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second.session.get();
}

void Gateway::take_over(Session& session, Connection& by) {
  Connection* old = connection_of(session);
  if (old != nullptr && old != &by) {
    old->forget(session);
    old->drop();
  }
  sessions_.find(session.id())->second.detached_at.reset();
}

void Gateway::end_session(Session& session, std::string_view why) {
  const Connection* connection = connection_of(session);
  const bool in_order = connection != nullptr && !connection->broken();
  end_session(session, why, in_order ? Delivery::End::InOrder : Delivery::End::Broken);
}

void Gateway::end_unheard_sessions(Shard shard) {
  std::vector<Session*> unheard;
  for (const auto& [id, held] : sessions_) {
    const Session& session = *held.session;
    if (session.shard() == shard && held.detached_at && session.received() == 0) {
      unheard.push_back(held.session.get());
    }
  }
  for (Session* session : unheard) {
    end_session(*session, "never taken notice of", Delivery::End::Unheard);
  }
}

void Gateway::end_session(Session& session, std::string_view why, Delivery::End end) {
  delivery_.on_end(session, end);
  if (ended_.size() < 1000) {
    ended_.push_back(fmt::format("{} shard {} of {} at sequence {}: {}",
                                 session.id(),
                                 session.shard().id,
                                 session.shard().count,
                                 session.last_sequence(),
                                 why));
  }
  for_each_connection([&](Connection& connection) { connection.forget(session); });
  sessions_.erase(sessions_.find(session.id()));
}

std::uint64_t Gateway::append(Session& session, std::string_view type, Text d, bool replayable) {
  count(session, type);
  return session.append(type, std::move(d), replayable);
}

void Gateway::append_guild_create(Session& session, Snowflake guild) {
  count(session, "GUILD_CREATE");
  session.append_guild_create(guild);
}

void Gateway::count(const Session& session, std::string_view type) {
  ++counts_.dispatches_by_type[type];
  ++counts_.dispatches_by_shard[session.shard().id];
}

std::size_t Gateway::guilds_on(Shard shard) const {
  return static_cast<std::size_t>(
      std::count_if(world_.guilds().begin(), world_.guilds().end(), [&](const Guild& guild) {
        return shard_of(guild.id, shard.count) == shard.id;
      }));
}

bool Gateway::bucket_is_busy(Shard shard, const Connection& except) const {
  const std::uint32_t buckets = gate_.limits().max_concurrency;
  return std::any_of(connections_.begin(), connections_.end(), [&](const auto& connection) {
    const Session* session = connection->session();
    return connection.get() != &except && session != nullptr && session->shard().id != shard.id &&
           session->shard().count == shard.count &&
           session->shard().id % buckets == shard.id % buckets;
  });
}

Millis Gateway::members_wait(Snowflake guild, Instant now) {
  constexpr Millis kEvery{30'000};
  const auto [asked, first] = members_asked_.try_emplace(guild, now);
  if (!first && now - asked->second < kEvery) return kEvery - (now - asked->second);
  asked->second = now;
  return Millis{0};
}

void Gateway::complain(Instant now, std::string_view kind, std::string text) {
  complaints_.add(now, kind, std::move(text));
}

void Gateway::for_each_connection(const std::function<void(Connection&)>& visit) {
  for (auto next = connections_.begin(); next != connections_.end();) {
    Connection& connection = **next++;
    visit(connection);
  }
}

void Gateway::for_each_session(const std::function<void(Session&, Connection*)>& visit) {
  for (auto next = sessions_.begin(); next != sessions_.end();) {
    Session& session = *(next++)->second.session;
    visit(session, connection_of(session));
  }
}

Connection* Gateway::connection_of(const Session& session) {
  for (const auto& connection : connections_) {
    if (connection->session() == &session) return connection.get();
  }
  return nullptr;
}

}  // namespace discern::sim
