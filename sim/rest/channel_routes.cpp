// Channels: messages, reactions, threads.

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "discern/plugin/limits/guild.hpp"
#include "sim/life/events.hpp"
#include "sim/rest/bot_messages.hpp"
#include "sim/rest/route_table.hpp"

namespace discern::sim {
namespace {

constexpr std::size_t kKeptNonces = 1000;
constexpr Millis kNonceLife{5 * 60 * 1000};

json::object channel_json(State& state, const ChannelPlace& place) {
  if (const auto made = state.made_channels.find(place.id); made != state.made_channels.end()) {
    return made->second;
  }
  if (place.guild == nullptr) {
    return dm_channel_object(state.world, *state.world.user_of_dm_channel(place.id));
  }
  return channel_object(*place.guild, bits(place.id) - bits(place.guild->id) - kFirstChannel);
}

HttpReply get_channel(State& state, const Call& call) {
  const auto place = find_channel(state, call.id(0));
  return place ? reply_json(channel_json(state, *place)) : reply_unknown_channel();
}

HttpReply edit_channel(State& state, const Call& call) {
  const auto place = find_channel(state, call.id(0));
  if (!place) return reply_unknown_channel();
  json::object channel = channel_json(state, *place);
  for (const auto& field : call.form()) channel[field.key()] = field.value();
  if (place->guild != nullptr) {
    const bool thread = channel.contains("thread_metadata");
    state.gateway.dispatch(
        make_event(thread ? "THREAD_UPDATE" : "CHANNEL_UPDATE", place->guild->id, channel),
        call.now);
  }
  return reply_json(channel);
}

// The nonce of a message that says enforce_nonce; empty without one.
std::string enforced_nonce(const json::object& form) {
  const json::value* enforced = form.if_contains("enforce_nonce");
  const json::value* nonce = form.if_contains("nonce");
  if (enforced == nullptr || !enforced->is_bool() || !enforced->get_bool() || nonce == nullptr) {
    return {};
  }
  if (nonce->is_string()) return std::string(nonce->get_string());
  return nonce->is_int64() ? std::to_string(nonce->get_int64()) : std::string();
}

// What the same nonce created in the last minutes.
const json::object* find_by_nonce(State& state,
                                  std::string_view nonce,
                                  Snowflake channel,
                                  Instant now) {
  if (nonce.empty()) return nullptr;
  for (const EnforcedNonce& known : state.nonces) {
    if (known.nonce != nonce || known.channel != channel) continue;
    if (now - known.created <= kNonceLife) return state.messages.find(known.message);
  }
  return nullptr;
}

HttpReply create_message(State& state, const Call& call) {
  const auto place = find_channel(state, call.id(0));
  if (!place) return reply_unknown_channel();
  if (auto refused = refuse_message(state, call, call.form())) return *refused;
  const std::string nonce = enforced_nonce(call.form());
  if (const json::object* earlier = find_by_nonce(state, nonce, place->id, call.now)) {
    return reply_json(*earlier);
  }
  json::object message =
      create_bot_message(state, {*place, call.form(), call.files, nullptr, false}, call.now);
  if (!nonce.empty()) {
    const auto id = parse_snowflake(message.at("id").as_string().c_str());
    state.nonces.push_back({nonce, place->id, id.value_or(Snowflake{}), call.now});
    if (state.nonces.size() > kKeptNonces) state.nonces.pop_front();
  }
  return reply_json(message);
}

HttpReply list_messages(State& state, const Call& call) {
  if (!find_channel(state, call.id(0))) return reply_unknown_channel();
  const auto limit = parse_snowflake(call.query("limit"));
  return reply_json(
      state.messages.newest(call.id(0), limit ? std::min<std::size_t>(bits(*limit), 100) : 50));
}

json::object* stored_message(State& state, const Call& call) {
  json::object* message = state.messages.find(call.id(1));
  if (message == nullptr || message->at("channel_id").as_string() != call.args[0]) return nullptr;
  return message;
}

HttpReply get_message(State& state, const Call& call) {
  const json::object* message = stored_message(state, call);
  return message == nullptr ? reply_unknown_message() : reply_json(*message);
}

HttpReply edit_message(State& state, const Call& call) {
  const auto place = find_channel(state, call.id(0));
  if (!place) return reply_unknown_channel();
  json::object* message = stored_message(state, call);
  if (message == nullptr) return reply_unknown_message();
  if (message->at("author").as_object().at("id").as_string() != to_text(state.world.bot_id())) {
    return reply_error(
        403, error::kCannotEditOthers, "Cannot edit a message authored by another user");
  }
  if (auto refused = refuse_message(state, call, call.form(), message)) return *refused;
  return reply_json(edit_bot_message(state, *message, *place, call.form(), call.files, call.now));
}

HttpReply remove_message(State& state, const Call& call) {
  const auto place = find_channel(state, call.id(0));
  if (!place) return reply_unknown_channel();
  if (stored_message(state, call) == nullptr) return reply_unknown_message();
  delete_message(state, *place, call.id(1), call.now);
  return reply_nothing();
}

HttpReply bulk_delete(State& state, const Call& call) {
  const auto place = find_channel(state, call.id(0));
  if (!place) return reply_unknown_channel();
  const std::string text = json::serialize(call.form());
  const FormProblems problems =
      to_problems(plugin::limits::check_bulk_delete(plugin::Json(text), epoch_ms(call.now)));
  if (!problems.empty()) return reply_invalid_form(problems);
  const json::value* ids = call.form().if_contains("messages");
  for (const json::value& id : ids->get_array()) {
    if (id.is_string()) {
      state.messages.erase(parse_snowflake(id.get_string().c_str()).value_or(Snowflake{}));
    }
  }
  state.rest_counts.messages_deleted += ids->get_array().size();
  if (place->guild != nullptr) {
    state.gateway.dispatch(make_event("MESSAGE_DELETE_BULK",
                                      place->guild->id,
                                      {{"ids", ids->get_array()},
                                       {"channel_id", to_text(place->id)},
                                       {"guild_id", to_text(place->guild->id)}}),
                           call.now);
  }
  return reply_nothing();
}

HttpReply react(State& state, const Call& call) {
  const auto place = find_channel(state, call.id(0));
  if (!place) return reply_unknown_channel();
  if (stored_message(state, call) == nullptr) return reply_unknown_message();
  if (call.args[2].empty() ||
      call.args[2].find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos) {
    return reply_error(400, error::kUnknownEmoji, "Unknown Emoji");
  }
  const ReactionPlace reaction{place->id, call.id(1), state.world.bot_id()};
  const bool adding = call.request.method == "PUT";
  state.gateway.dispatch(adding ? reaction_add(state.world, place->guild, reaction, call.args[2])
                                : reaction_remove(place->guild, reaction, call.args[2]),
                         call.now);
  return reply_nothing();
}

HttpReply list_reactions(State& state, const Call& call) {
  if (stored_message(state, call) == nullptr) return reply_unknown_message();
  return reply_json(json::array{bot_object(state.world)});
}

HttpReply clear_reactions(State& state, const Call& call) {
  return stored_message(state, call) == nullptr ? reply_unknown_message() : reply_nothing();
}

HttpReply accept_in_channel(State& state, const Call& call) {
  return find_channel(state, call.id(0)) ? reply_nothing() : reply_unknown_channel();
}

HttpReply list_pins(State& state, const Call& call) {
  if (!find_channel(state, call.id(0))) return reply_unknown_channel();
  return reply_json(json::array{});
}

HttpReply list_new_pins(State& state, const Call& call) {
  if (!find_channel(state, call.id(0))) return reply_unknown_channel();
  return reply_json(json::object{{"items", json::array{}}, {"has_more", false}});
}

HttpReply create_thread(State& state, const Call& call) {
  const auto place = find_channel(state, call.id(0));
  if (!place || place->guild == nullptr) return reply_unknown_channel();
  FormProblems problems;
  FormReader reader(call.form(), "", problems);
  const std::string_view name = reader.text("name", 1, 100, FormReader::Need::Required);
  if (!problems.empty()) return reply_invalid_form(problems);
  // A thread begun from a message has the message's id.
  const Snowflake id = call.args.size() > 1 ? call.id(1) : state.ids.next(call.now);
  json::object thread = thread_object(*place->guild, id, place->id, name, state.world.bot_id());
  state.made_channels[id] = thread;
  state.gateway.dispatch(make_event("THREAD_CREATE", place->guild->id, thread), call.now);
  return reply_json(thread, 201);
}

constexpr std::string_view kChannel = "/channels/{channel.id}";
constexpr std::string_view kMessages = "/channels/{channel.id}/messages";
constexpr std::string_view kMessage = "/channels/{channel.id}/messages/{message.id}";
constexpr std::string_view kReactions = "/channels/{channel.id}/messages/{message.id}/reactions";
constexpr std::string_view kReaction =
    "/channels/{channel.id}/messages/{message.id}/reactions/{emoji}/@me";
constexpr std::string_view kReactionsOf =
    "/channels/{channel.id}/messages/{message.id}/reactions/{emoji}";
constexpr std::string_view kReactionOf =
    "/channels/{channel.id}/messages/{message.id}/reactions/{emoji}/{user.id}";
constexpr std::string_view kPins = "/channels/{channel.id}/messages/pins";
constexpr std::string_view kPin = "/channels/{channel.id}/messages/pins/{message.id}";
constexpr BucketLimit kWrites{5, Millis{5'000}};
constexpr BucketLimit kReaction1{4, Millis{1'000}};

constexpr Route kRoutes[] = {
    {.method = "GET", .path = kChannel, .handler = get_channel, .limit = {}},
    {.method = "PATCH", .path = kChannel, .handler = edit_channel, .limit = {2, Millis{600'000}}},
    {.method = "GET", .path = kMessages, .handler = list_messages, .limit = {5, Millis{5'000}}},
    {.method = "POST", .path = kMessages, .handler = create_message, .limit = kWrites},
    {.method = "POST",
     .path = "/channels/{channel.id}/messages/bulk-delete",
     .handler = bulk_delete,
     .limit = kWrites},
    {.method = "GET", .path = kPins, .handler = list_new_pins, .limit = {}},
    {.method = "PUT", .path = kPin, .handler = accept_in_channel, .limit = kWrites},
    {.method = "DELETE", .path = kPin, .handler = accept_in_channel, .limit = kWrites},
    {.method = "PUT", .path = kReaction, .handler = react, .limit = kReaction1},
    {.method = "DELETE", .path = kReaction, .handler = react, .limit = kReaction1},
    {.method = "GET", .path = kReactionsOf, .handler = list_reactions, .limit = {}},
    {.method = "DELETE", .path = kReactionsOf, .handler = clear_reactions, .limit = kReaction1},
    {.method = "DELETE", .path = kReactionOf, .handler = clear_reactions, .limit = kReaction1},
    {.method = "GET", .path = kMessage, .handler = get_message, .limit = {}},
    {.method = "PATCH", .path = kMessage, .handler = edit_message, .limit = kWrites},
    {.method = "DELETE", .path = kMessage, .handler = remove_message, .limit = {5, Millis{1'000}}},
    {.method = "DELETE", .path = kReactions, .handler = clear_reactions, .limit = kReaction1},
    {.method = "POST",
     .path = "/channels/{channel.id}/typing",
     .handler = accept_in_channel,
     .limit = kWrites},
    {.method = "GET", .path = "/channels/{channel.id}/pins", .handler = list_pins, .limit = {}},
    {.method = "PUT",
     .path = "/channels/{channel.id}/pins/{message.id}",
     .handler = accept_in_channel,
     .limit = kWrites},
    {.method = "DELETE",
     .path = "/channels/{channel.id}/pins/{message.id}",
     .handler = accept_in_channel,
     .limit = kWrites},
    {.method = "POST",
     .path = "/channels/{channel.id}/threads",
     .handler = create_thread,
     .limit = kWrites},
    {.method = "POST",
     .path = "/channels/{channel.id}/messages/{message.id}/threads",
     .handler = create_thread,
     .limit = kWrites},
    {.method = "PUT",
     .path = "/channels/{channel.id}/thread-members/{user.id}",
     .handler = accept_in_channel,
     .limit = kWrites},
    {.method = "DELETE",
     .path = "/channels/{channel.id}/thread-members/{user.id}",
     .handler = accept_in_channel,
     .limit = kWrites},
};

}  // namespace

std::span<const Route> channel_routes() {
  return kRoutes;
}

}  // namespace discern::sim
