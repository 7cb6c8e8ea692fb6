#include "sim/control/truth.hpp"

#include <algorithm>

namespace discern::sim {
namespace {

template <class Map>
json::object counts_object(const Map& counts) {
  json::object out;
  for (const auto& [key, n] : counts) {
    if constexpr (std::is_integral_v<std::decay_t<decltype(key)>>) {
      out[std::to_string(key)] = n;
    } else {
      out[std::string_view(key)] = n;
    }
  }
  return out;
}

json::array describe_sessions(State& state) {
  json::array sessions;
  state.gateway.for_each_session([&](Session& session, Connection* connection) {
    json::object about{{"id", session.id()},
                       {"shard", json::array{session.shard().id, session.shard().count}},
                       {"intents", session.intents()},
                       {"connected", connection != nullptr},
                       {"presence", session.presence},
                       {"sequence", session.last_sequence()},
                       {"sent", session.sent()},
                       {"dispatches", counts_object(session.counts())},
                       {"flood_left", session.flood_left}};
    if (connection != nullptr) {
      about["compression"] = to_string(connection->compression());
      about["sent_sequence"] = connection->sent_sequence();
      about["replayed"] = connection->replayed();
      about["acknowledged_sequence"] = nullptr;
      if (const auto acknowledged = connection->acknowledged_sequence()) {
        about["acknowledged_sequence"] = *acknowledged;
      }
    }
    sessions.emplace_back(std::move(about));
  });
  return sessions;
}

json::object describe_gateway(State& state, Instant now) {
  Gateway& gateway = state.gateway;
  const GatewayCounts& counts = gateway.counts();
  std::uint64_t total = 0;
  for (const auto& [type, n] : counts.dispatches_by_type) total += n;
  json::array ended;
  for (const std::string& text : gateway.ended_sessions()) ended.emplace_back(text);
  std::uint64_t open = 0;
  gateway.for_each_connection([&](Connection&) { ++open; });
  return {{"dispatches",
           {{"total", total},
            {"by_type", counts_object(counts.dispatches_by_type)},
            {"undelivered_by_type", counts_object(gateway.delivery().undelivered())},
            {"unsettled", gateway.delivery().unsettled()},
            {"by_shard", counts_object(counts.dispatches_by_shard)}}},
          {"connections",
           {{"opened", counts.connections},
            {"open", open},
            {"closed_by_us", counts_object(counts.closed_by_us)},
            {"closed_by_client", counts_object(counts.closed_by_client)}}},
          {"identifies", counts.identifies},
          {"identifies_too_soon", counts.identifies_too_soon},
          {"resumes", counts.resumes},
          {"resumes_refused", counts.resumes_refused},
          {"resumes_elsewhere", counts.resumes_elsewhere},
          {"heartbeats", counts.heartbeats},
          {"identifies_remaining", gateway.identify_gate().remaining(now)},
          {"sessions", describe_sessions(state)},
          {"ended_sessions", std::move(ended)}};
}

json::object describe_rest(const RestCounts& counts) {
  json::object routes;
  for (const auto& [name, route] : counts.by_route) {
    routes[name] =
        json::object{{"requests", route.requests}, {"status", counts_object(route.by_status)}};
  }
  json::object limited;
  for (const auto& [scope, n] : counts.limited) limited[to_string(scope)] = n;
  return {{"requests", counts.requests},
          {"invalid", counts.invalid},
          {"limited", std::move(limited)},
          {"by_route", std::move(routes)}};
}

}  // namespace

json::object describe_state(State& state, const Life& life, Instant now) {
  const auto& guilds = state.world.guilds();
  const auto available =
      std::count_if(guilds.begin(), guilds.end(), [](const Guild& g) { return g.available; });
  json::array commands;
  for (const json::object* command : state.commands.usable_in({})) {
    commands.push_back(command->at("name"));
  }
  json::object out = describe_gateway(state, now);
  out["now_ms"] = epoch_ms(now);
  out["uptime_s"] = static_cast<double>((now - state.started).count()) / 1000.0;
  out["application_id"] = to_text(state.world.application_id());
  out["guilds"] = json::object{{"total", guilds.size()}, {"available", available}};
  out["members"] = state.world.member_total();
  out["commands"] = std::move(commands);
  out["life"] =
      json::object{{"paused", life.paused()}, {"rate", life.rate()}, {"happened", life.happened()}};
  out["interactions"] = to_json(state.interactions.counts());
  out["rest"] = describe_rest(state.rest_counts);
  out["messages"] = json::object{{"received", state.rest_counts.messages_created},
                                 {"edited", state.rest_counts.messages_edited},
                                 {"deleted", state.rest_counts.messages_deleted}};
  out["complaint_count"] = state.complaints.count();
  out["complaints"] = state.complaints.to_json();
  return out;
}

}  // namespace discern::sim
