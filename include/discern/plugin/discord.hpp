#pragma once

// core.discord(): doing things on Discord, through the host's rate limiter.
//
// Every call returns at once and may be made from every thread. `then` is a function that is called
// later, once, on the plugin's thread, or `awaited` in a coroutine; leave it out when the outcome
// does not matter (the host logs failures). An error carries Discord's JSON code
// (Reply::discord_code, 50013 for missing permissions). Requests wait for their rate limit for a
// minute at most, are tried again after a 429, and after a failure of Discord's only where doing it
// twice is the same as doing it once. Each call throws Failure when the request itself makes no
// sense or 1,000 of the plugin's are under way.
//
// What the bot may do in a guild is decided there: ask for it with `permissions` in plugin.toml.
// `reason` goes into the guild's audit log.

#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "discern/plugin/fence.hpp"
#include "discern/plugin/reply.hpp"

namespace discern::plugin {

// One request to Discord's REST API, for what has no function of its own.
struct Call {
  std::string method;                   // GET, POST, PUT, PATCH or DELETE.
  std::string route;                    // Templated: "/guilds/{}/channels".
  std::vector<std::string> parameters;  // Fill its holes, in order and unescaped.
  std::string query;                    // "limit=10", without the question mark.
  std::string json;
  std::vector<File> files;
  std::string reason;
};

class Discord {
 public:
  using Id = std::uint64_t;

  Discord(const discern_host* host, std::string_view plugin) : host_(host), plugin_(plugin) {}

  // ---- Messages. Reply::body of a sent or edited one is Discord's message object.
  template <Continuation<Reply> Then = Done>
  auto send_message(Id channel, const Message& message, Then then = {}) {
    return write("POST", "/channels/{}/messages", {channel}, message, std::move(then));
  }
  // To a person, in private: fails with code 50007 when they do not want that.
  template <Continuation<Reply> Then = Done>
  auto send_private(Id user, const Message& message, Then then = {}) {
    return detail::complete<Reply>(
        std::move(then), [&](Done done) { begin_private(user, message, std::move(done)); });
  }
  // Text, embeds and components become those of `text`.
  template <Continuation<Reply> Then = Done>
  auto edit_message(Id channel, Id message, Message text, Then then = {}) {
    // Said once, when it is sent.
    text.silent = text.ephemeral = false;
    text.reply_to = 0;
    return write("PATCH", "/channels/{}/messages/{}", {channel, message}, text, std::move(then));
  }
  template <Continuation<Reply> Then = Done>
  auto delete_message(Id channel, Id message, std::string_view reason = {}, Then then = {}) {
    return act("DELETE", "/channels/{}/messages/{}", {channel, message}, reason, std::move(then));
  }
  // 2 to 100 messages that are younger than 14 days.
  template <Continuation<Reply> Then = Done>
  auto delete_messages(Id channel,
                       const std::vector<Id>& messages,
                       std::string_view reason = {},
                       Then then = {}) {
    return ask({"POST",
                "/channels/{}/messages/bulk-delete",
                ids({channel}),
                {},
                JsonObject().add("messages", detail::ids_json(messages)).text(),
                {},
                std::string(reason)},
               std::move(then));
  }
  // Reply::body is the message.
  template <Continuation<Reply> Then = Done>
  auto fetch_message(Id channel, Id message, Then then) {
    return act("GET", "/channels/{}/messages/{}", {channel, message}, {}, std::move(then));
  }
  template <Continuation<Reply> Then = Done>
  auto pin_message(Id channel, Id message, std::string_view reason = {}, Then then = {}) {
    return act("PUT", "/channels/{}/messages/pins/{}", {channel, message}, reason, std::move(then));
  }
  template <Continuation<Reply> Then = Done>
  auto unpin_message(Id channel, Id message, std::string_view reason = {}, Then then = {}) {
    return act(
        "DELETE", "/channels/{}/messages/pins/{}", {channel, message}, reason, std::move(then));
  }
  void show_typing(Id channel);

  // ---- Threads. Reply::body of a started one is its channel object.
  template <Continuation<Reply> Then = Done>
  auto start_thread(Id channel, Id message, std::string_view name, Then then = {}) {
    return ask({"POST",
                "/channels/{}/messages/{}/threads",
                ids({channel, message}),
                {},
                JsonObject().add("name", name).text(),
                {},
                {}},
               std::move(then));
  }
  enum class ThreadKind { Public = 11, Private = 12 };
  template <Continuation<Reply> Then = Done>
  auto start_thread(Id channel, std::string_view name, ThreadKind kind, Then then = {}) {
    return ask({"POST",
                "/channels/{}/threads",
                ids({channel}),
                {},
                JsonObject().add("name", name).add("type", static_cast<int>(kind)).text(),
                {},
                {}},
               std::move(then));
  }
  // An archived thread opens again when somebody writes in it, unless it is locked.
  template <Continuation<Reply> Then = Done>
  auto archive_thread(Id thread, bool locked = false, Then then = {}) {
    return ask({"PATCH",
                "/channels/{}",
                ids({thread}),
                {},
                JsonObject().add("archived", true).add("locked", locked).text(),
                {},
                {}},
               std::move(then));
  }
  template <Continuation<Reply> Then = Done>
  auto add_to_thread(Id thread, Id user, Then then = {}) {
    return act("PUT", "/channels/{}/thread-members/{}", {thread, user}, {}, std::move(then));
  }
  template <Continuation<Reply> Then = Done>
  auto remove_from_thread(Id thread, Id user, Then then = {}) {
    return act("DELETE", "/channels/{}/thread-members/{}", {thread, user}, {}, std::move(then));
  }

  // ---- Reactions. `emoji` is the character itself, or name:id.
  template <Continuation<Reply> Then = Done>
  auto add_reaction(Id channel, Id message, std::string_view emoji, Then then = {}) {
    return react("PUT", channel, message, emoji, "/@me", std::move(then));
  }
  template <Continuation<Reply> Then = Done>
  auto remove_reaction(Id channel, Id message, std::string_view emoji, Then then = {}) {
    return react("DELETE", channel, message, emoji, "/@me", std::move(then));
  }
  // Everybody's of that emoji; everybody's of all.
  template <Continuation<Reply> Then = Done>
  auto clear_reactions(Id channel, Id message, std::string_view emoji, Then then = {}) {
    return react("DELETE", channel, message, emoji, "", std::move(then));
  }
  template <Continuation<Reply> Then = Done>
  auto clear_reactions(Id channel, Id message, Then then = {}) {
    return act(
        "DELETE", "/channels/{}/messages/{}/reactions", {channel, message}, {}, std::move(then));
  }

  // ---- Roles and moderation.
  template <Continuation<Reply> Then = Done>
  auto add_role(Id guild, Id user, Id role, std::string_view reason = {}, Then then = {}) {
    return act(
        "PUT", "/guilds/{}/members/{}/roles/{}", {guild, user, role}, reason, std::move(then));
  }
  template <Continuation<Reply> Then = Done>
  auto remove_role(Id guild, Id user, Id role, std::string_view reason = {}, Then then = {}) {
    return act(
        "DELETE", "/guilds/{}/members/{}/roles/{}", {guild, user, role}, reason, std::move(then));
  }
  // An empty name takes it away.
  template <Continuation<Reply> Then = Done>
  auto set_nickname(
      Id guild, Id user, std::string_view name, std::string_view reason = {}, Then then = {}) {
    return change_member(guild, user, JsonObject().add("nick", name), reason, std::move(then));
  }
  template <Continuation<Reply> Then = Done>
  auto kick(Id guild, Id user, std::string_view reason = {}, Then then = {}) {
    return act("DELETE", "/guilds/{}/members/{}", {guild, user}, reason, std::move(then));
  }
  // With what the person wrote in that time, at most seven days.
  template <Continuation<Reply> Then = Done>
  auto ban(Id guild,
           Id user,
           std::string_view reason = {},
           std::chrono::seconds delete_messages = {},
           Then then = {}) {
    return ask({"PUT",
                "/guilds/{}/bans/{}",
                ids({guild, user}),
                {},
                JsonObject().add("delete_message_seconds", delete_messages.count()).text(),
                {},
                std::string(reason)},
               std::move(then));
  }
  template <Continuation<Reply> Then = Done>
  auto unban(Id guild, Id user, std::string_view reason = {}, Then then = {}) {
    return act("DELETE", "/guilds/{}/bans/{}", {guild, user}, reason, std::move(then));
  }
  // Zero ends a timeout; Discord allows at most 28 days.
  template <Continuation<Reply> Then = Done>
  auto time_out(Id guild,
                Id user,
                std::chrono::seconds length,
                std::string_view reason = {},
                Then then = {}) {
    const JsonObject change = JsonObject().add_raw("communication_disabled_until", until(length));
    return change_member(guild, user, change, reason, std::move(then));
  }

  // ---- Over the gateway. What comes back are events: core.on("GUILD_MEMBERS_CHUNK", ...). `then`
  // hears whether it was sent.
  // Members whose name begins so. Everybody, with an empty text and limit 0, needs the intent
  // GUILD_MEMBERS and is answered once in 30 s for each guild.
  template <Continuation<Reply> Then = Done>
  auto request_members(Id guild, std::string_view name, std::uint32_t limit, Then then = {}) {
    JsonObject d;
    d.add_id("guild_id", guild).add("query", name).add("limit", limit);
    return send_gateway(8, guild, d.text(), std::move(then));
  }
  // At most 100.
  template <Continuation<Reply> Then = Done>
  auto request_members(Id guild, const std::vector<Id>& users, Then then = {}) {
    JsonObject d;
    d.add_id("guild_id", guild).add("user_ids", detail::ids_json(users)).add("limit", 0);
    return send_gateway(8, guild, d.text(), std::move(then));
  }
  // Any of the opcodes 4 (voice state), 8 (members), 31 (sounds), 43 (channel info) for a guild.
  template <Continuation<Reply> Then = Done>
  auto send_gateway(std::uint32_t op, Id guild, std::string_view d, Then then = {}) {
    return detail::complete<Reply>(
        std::move(then), [&](Done done) { begin_gateway(op, guild, d, std::move(done)); });
  }

  // ---- Anything else.
  template <Continuation<Reply> Then = Done>
  auto request(const Call& call, Then then = {}) {
    return ask(call, std::move(then));
  }
  template <Continuation<Reply> Then = Done>
  auto request(std::string_view method,
               std::string_view route,
               const std::vector<std::string>& parameters,
               std::string_view json = {},
               Then then = {},
               std::string_view reason = {}) {
    return ask({std::string(method),
                std::string(route),
                parameters,
                {},
                std::string(json),
                {},
                std::string(reason)},
               std::move(then));
  }

 private:
  // Calls send, now; what becomes of it goes to `then`.
  template <class Then>
  auto ask(const Call& call, Then then) {
    return detail::complete<Reply>(std::move(then),
                                   [&](Done done) { send(call, std::move(done)); });
  }
  static std::vector<std::string> ids(std::initializer_list<Id> list) {
    std::vector<std::string> out;
    for (const Id id : list) out.push_back(std::to_string(id));
    return out;
  }
  template <class Then>
  auto act(const char* method,
           const char* route,
           std::initializer_list<Id> list,
           std::string_view reason,
           Then then) {
    return ask({method, route, ids(list), {}, {}, {}, std::string(reason)}, std::move(then));
  }
  template <class Then>
  auto write(const char* method,
             const char* route,
             std::initializer_list<Id> list,
             const Message& message,
             Then then) {
    return ask({method, route, ids(list), {}, detail::to_json(message, plugin_), message.files, {}},
               std::move(then));
  }
  template <class Then>
  auto react(const char* method,
             Id channel,
             Id message,
             std::string_view emoji,
             const char* whose,
             Then then) {
    std::vector<std::string> parameters = ids({channel, message});
    parameters.emplace_back(emoji);
    return ask({method,
                std::string("/channels/{}/messages/{}/reactions/{}") + whose,
                parameters,
                {},
                {},
                {},
                {}},
               std::move(then));
  }
  template <class Then>
  auto change_member(
      Id guild, Id user, const JsonObject& change, std::string_view reason, Then then) {
    return ask({"PATCH",
                "/guilds/{}/members/{}",
                ids({guild, user}),
                {},
                change.text(),
                {},
                std::string(reason)},
               std::move(then));
  }
  void begin_gateway(std::uint32_t op, Id guild, std::string_view d, Done done);
  void begin_private(Id user, const Message& message, Done done);
  std::string until(std::chrono::seconds length) const;
  void send(const Call& call, Done done);

  const discern_host* host_;
  std::string plugin_;
};

inline void Discord::show_typing(Id channel) {
  act("POST", "/channels/{}/typing", {channel}, {}, Done());
}

inline void Discord::begin_private(Id user, const Message& message, Done done) {
  // The conversation first: asking for it again gives the same one.
  Discord self = *this;
  send({"POST",
        "/users/@me/channels",
        {},
        {},
        JsonObject().add_id("recipient_id", user).text(),
        {},
        {}},
       [self, message, done = std::move(done)](const Reply& opened) mutable {
         if (!opened.ok) return done ? done(opened) : void();
         try {
           self.send_message(opened.body["id"].id(), message, done);
         } catch (const Failure& failure) {
           // Whoever waits for the outcome learns of it there.
           if (!done) throw;
           Reply refused;
           refused.error = failure.what();
           done(refused);
         }
       });
}

// A moment from now on, as JSON.
inline std::string Discord::until(std::chrono::seconds length) const {
  if (length.count() <= 0) return "null";
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  const std::int64_t now = host_->clock_ns(host_->context, DISCERN_CLOCK_DISCORD) / kNanoseconds;
  const auto end = static_cast<std::time_t>(now + length.count());
  std::tm utc{};
  gmtime_r(&end, &utc);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "\"%Y-%m-%dT%H:%M:%SZ\"", &utc));
}

inline void Discord::begin_gateway(std::uint32_t op, Id guild, std::string_view d, Done done) {
  auto payload = detail::sized<discern_gateway_payload>();
  payload.op = op;
  payload.guild = guild;
  payload.d = detail::text(d);
  if (done) payload.done = detail::make_done(std::move(done));
  auto failure = detail::sized<discern_failure>();
  if (host_->send_gateway(host_->context, &payload, &failure) != DISCERN_OK) {
    detail::raise(failure);
  }
}

inline void Discord::send(const Call& call, Done done) {
  std::vector<discern_text> values;
  for (const std::string& parameter : call.parameters) values.push_back(detail::text(parameter));
  const std::vector<discern_file> attached = detail::to_files(call.files);
  auto request = detail::sized<discern_rest_request>();
  request.method = detail::text(call.method);
  request.route = detail::text(call.route);
  request.parameters = values.data();
  request.parameter_count = static_cast<std::uint32_t>(values.size());
  request.query = detail::text(call.query);
  request.json = detail::text(call.json);
  request.reason = detail::text(call.reason);
  request.files = attached.data();
  request.file_count = static_cast<std::uint32_t>(attached.size());
  if (done) request.done = detail::make_done(std::move(done));
  auto failure = detail::sized<discern_failure>();
  if (host_->request(host_->context, &request, &failure) != DISCERN_OK) detail::raise(failure);
}

}  // namespace discern::plugin
