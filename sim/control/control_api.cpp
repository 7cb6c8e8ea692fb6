#include "sim/control/control_api.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "sim/control/truth.hpp"
#include "sim/rest/call.hpp"

namespace discern::sim {
namespace {

unsigned status_of(Errc kind) {
  switch (kind) {
    case Errc::NotFound:
      return 404;
    case Errc::Unavailable:
      return 409;
    case Errc::Invalid:
      return 400;
    default:
      return 500;
  }
}

HttpReply reply_failed(unsigned status, std::string_view text) {
  return reply_json(json::object{{"error", text}}, status);
}

HttpReply list_guilds(State& state, const HttpRequest& request) {
  const auto asked = parse_snowflake(query_value(request.query(), "limit"));
  const std::size_t limit = asked ? bits(*asked) : 1000;
  json::array guilds;
  for (const Guild& guild : state.world.guilds()) {
    if (guilds.size() >= limit) break;
    guilds.emplace_back(json::object{{"id", to_text(guild.id)},
                                     {"name", state.world.name_of(guild)},
                                     {"member_count", guild.member_count},
                                     {"available", guild.available}});
  }
  return reply_json(guilds);
}

HttpReply list_interactions(State& state, const HttpRequest& request) {
  const auto asked = parse_snowflake(query_value(request.query(), "limit"));
  json::array list;
  for (const Interaction* interaction : state.interactions.newest(asked ? bits(*asked) : 100)) {
    list.emplace_back(to_json(*interaction));
  }
  return reply_json(list);
}

HttpReply answer_get(Control& control,
                     std::string_view what,
                     const HttpRequest& request,
                     Instant now) {
  State& state = control.state();
  if (what == "state") return reply_json(describe_state(state, control.life(), now));
  if (what == "guilds") return list_guilds(state, request);
  if (what == "requests") return reply_json(state.record.to_json());
  if (what == "interactions") return list_interactions(state, request);
  const std::size_t slash = std::min(what.find('/'), what.size());
  const auto id = parse_snowflake(what.substr(std::min(slash + 1, what.size())));
  if (what.starts_with("interaction/") && id) {
    const Interaction* interaction = state.interactions.find(*id);
    if (interaction != nullptr) return reply_json(to_json(*interaction));
  }
  if (what.starts_with("message/") && id) {
    const json::object* message = state.messages.find(*id);
    if (message != nullptr) return reply_json(*message);
  }
  return reply_failed(404, "nothing is known of that");
}

}  // namespace

HttpReply handle_control(Control& control, const HttpRequest& request, Instant now) {
  const std::string_view what = request.path().substr(std::string_view("/_sim/").size());
  if (request.method == "GET") return answer_get(control, what, request, now);
  if (request.method != "POST") return reply_failed(405, "use GET or POST");
  json::value body = json::object{};
  if (!request.body.empty()) {
    boost::system::error_code failed;
    body = json::parse(request.body, failed);
    if (failed || !body.is_object()) return reply_failed(400, "the body must be a JSON object");
  }
  const Result<json::object> result = control.act(what, body.get_object(), now);
  if (!result) return reply_failed(status_of(result.error().kind), result.error().text);
  return reply_json(*result);
}

}  // namespace discern::sim
