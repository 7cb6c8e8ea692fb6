// What a test may do to connections and sessions. "shard" chooses one, "some" that many at random
// of those that have a session; with neither all are meant.

#include <boost/json/serialize.hpp>
#include <set>
#include <vector>

#include "sim/control/control.hpp"
#include "sim/control/load_deck.hpp"
#include "sim/control/parameters.hpp"
#include "sim/life/events.hpp"

namespace discern::sim {
namespace {

// Calls `visit` for the connections the parameters choose and says how many there were.
template <class Visit>
Result<json::object> with_connections(Control& control,
                                      const json::object& parameters,
                                      Visit visit) {
  const auto shard = integer_parameter(parameters, "shard");
  const auto some = integer_parameter(parameters, "some");
  std::vector<Connection*> chosen;
  control.state().gateway.for_each_connection([&](Connection& connection) {
    const Session* session = connection.session();
    if ((shard || some) && session == nullptr) return;
    if (shard && session->shard().id != *shard) return;
    chosen.push_back(&connection);
  });
  while (some && *some >= 0 && chosen.size() > static_cast<std::size_t>(*some)) {
    std::swap(chosen[control.state().rng.below(chosen.size())], chosen.back());
    chosen.pop_back();
  }
  // None of the actions ends a connection before its socket says so.
  for (Connection* connection : chosen) visit(*connection);
  if (chosen.empty()) return Error(Errc::Unavailable, "no such connection");
  return json::object{{"connections", chosen.size()}};
}

Result<json::object> close(Control& control, const json::object& parameters, Instant) {
  const auto code = integer_parameter(parameters, "code");
  return with_connections(control, parameters, [&](Connection& connection) {
    // Without a code the connection breaks, as when a host dies.
    if (code && *code != 0) {
      connection.close(static_cast<std::uint16_t>(*code));
    } else {
      connection.drop();
    }
  });
}

Result<json::object> reconnect(Control& control, const json::object& parameters, Instant) {
  return with_connections(
      control, parameters, [](Connection& connection) { connection.ask_to_reconnect(); });
}

Result<json::object> invalid_session(Control& control,
                                     const json::object& parameters,
                                     Instant now) {
  const bool resumable = flag_parameter(parameters, "resumable", false);
  return with_connections(control, parameters, [&](Connection& connection) {
    connection.invalidate_session(resumable, now);
  });
}

Result<json::object> silence(Control& control, const json::object& parameters, Instant now) {
  const bool on = flag_parameter(parameters, "on", true);
  if (const Millis lasts = duration_parameter(parameters, "for_s"); on && lasts > Millis{0}) {
    control.act_later(now + lasts, "silence", {{"on", false}});
  }
  control.state().gateway.set_silent(on);
  return json::object{{"silent", on}};
}

Result<json::object> heartbeat(Control& control, const json::object& parameters, Instant now) {
  return with_connections(
      control, parameters, [&](Connection& connection) { connection.request_heartbeat(now); });
}

Result<json::object> stall(Control& control, const json::object& parameters, Instant now) {
  const Millis lasts{static_cast<std::int64_t>(number_parameter(parameters, "ms", 5000))};
  return with_connections(
      control, parameters, [&](Connection& connection) { connection.stall(now + lasts); });
}

Result<json::object> corrupt(Control& control, const json::object& parameters, Instant) {
  return with_connections(
      control, parameters, [](Connection& connection) { connection.corrupt(); });
}

Result<json::object> send(Control& control, const json::object& parameters, Instant) {
  const json::value* payload = parameters.if_contains("payload");
  if (payload == nullptr) return Error(Errc::Invalid, "send takes payload");
  const std::string text =
      payload->is_string() ? std::string(payload->get_string()) : json::serialize(*payload);
  return with_connections(
      control, parameters, [&](Connection& connection) { connection.send_text(text); });
}

// An event of any type; without a guild it goes to shard 0.
Result<json::object> dispatch(Control& control, const json::object& parameters, Instant now) {
  static std::set<std::string, std::less<>> types;  // Event types need a lifetime of their own.
  const std::string type = text_parameter(parameters, "type");
  if (type.empty() || types.size() > 1000) return Error(Errc::Invalid, "dispatch takes type and d");
  Event event = make_event(*types.insert(type).first,
                           id_parameter(parameters, "guild"),
                           object_parameter(parameters, "d"));
  event.to_everyone = flag_parameter(parameters, "to_everyone", false);
  return json::object{{"sessions", control.state().gateway.dispatch(event, now)}};
}

Result<json::object> flood(Control& control, const json::object& parameters, Instant now) {
  const auto count = integer_parameter(parameters, "count");
  if (!count || *count < 0) return Error(Errc::Invalid, "flood takes count");
  Gateway& gateway = control.state().gateway;
  if (gateway.deck() == nullptr) gateway.set_deck(make_load_deck(control.state().world, now));
  const auto shard = integer_parameter(parameters, "shard");
  std::uint64_t sessions = 0;
  gateway.for_each_session([&](Session& session, Connection* connection) {
    if (shard && session.shard().id != *shard) return;
    ++sessions;
    session.flood_left += static_cast<std::uint64_t>(*count);
    if (connection != nullptr) connection->pump(now);
  });
  if (sessions == 0) return Error(Errc::Unavailable, "no such session");
  return json::object{{"sessions", sessions}};
}

Result<json::object> configure(Control& control, const json::object& parameters, Instant) {
  GatewaySettings& settings = control.state().gateway.settings();
  IdentifyGate& gate = control.state().gateway.identify_gate();
  IdentifyLimits limits = gate.limits();
  const auto ms = [&](std::string_view key, Millis& into) {
    if (const auto value = integer_parameter(parameters, key)) into = Millis{*value};
  };
  ms("heartbeat_interval_ms", settings.heartbeat_interval);
  ms("session_ttl_ms", settings.session_ttl);
  ms("identify_interval_ms", limits.interval);
  ms("latency_ms", control.state().rest.latency_median);
  if (const auto n = integer_parameter(parameters, "denied_intents")) {
    settings.denied_intents = static_cast<Intents>(*n);
  }
  if (const auto n = integer_parameter(parameters, "shards")) {
    settings.recommended_shards = static_cast<std::uint32_t>(*n);
  }
  if (const auto n = integer_parameter(parameters, "guilds_per_shard")) {
    settings.guilds_per_shard = static_cast<std::size_t>(*n);
  }
  if (const auto n = integer_parameter(parameters, "replay_events")) {
    settings.replay.events = static_cast<std::size_t>(*n);
  }
  if (const auto n = integer_parameter(parameters, "max_concurrency"); n && *n > 0) {
    limits.max_concurrency = static_cast<std::uint32_t>(*n);
  }
  gate.set_limits(limits);
  if (const auto n = integer_parameter(parameters, "identifies_remaining")) {
    gate.set_remaining(static_cast<std::uint32_t>(*n));
  }
  if (const auto n = integer_parameter(parameters, "identifies_told")) {
    gate.set_told_remaining(static_cast<std::uint32_t>(*n));
  }
  control.state().rest.fault_rate =
      number_parameter(parameters, "fault_rate", control.state().rest.fault_rate);
  control.state().rest.enforce_limits =
      flag_parameter(parameters, "enforce_limits", control.state().rest.enforce_limits);
  if (parameters.contains("interactions_endpoint")) {
    control.state().interactions_endpoint = text_parameter(parameters, "interactions_endpoint");
  }
  if (parameters.contains("rate")) control.life().set_rate(number_parameter(parameters, "rate", 0));
  return json::object{};
}

constexpr NamedAction kActions[] = {{"close", close},
                                    {"reconnect", reconnect},
                                    {"invalid_session", invalid_session},
                                    {"silence", silence},
                                    {"heartbeat", heartbeat},
                                    {"stall", stall},
                                    {"corrupt", corrupt},
                                    {"send", send},
                                    {"dispatch", dispatch},
                                    {"flood", flood},
                                    {"configure", configure}};

}  // namespace

std::span<const NamedAction> gateway_actions() {
  return kActions;
}

}  // namespace discern::sim
