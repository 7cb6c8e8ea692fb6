#pragma once

// core.discord(): doing things on Discord, through the host's rate limiter.
//
// Every call returns at once and may be made from every thread. `done` is called later, once, on
// the plugin's thread; leave it out when the outcome does not matter (the host logs failures). An
// error carries Discord's JSON code (Reply::discord_code, 50013 for missing permissions). Requests
// wait for their rate limit for a minute at most, are tried again after a 429, and after a failure
// of Discord's only where doing it twice is the same as doing it once. Each call throws Failure
// when the request itself makes no sense or 1,000 of the plugin's are under way.
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
  void send_message(Id channel, const Message& message, Done done = {}) {
    write("POST", "/channels/{}/messages", {channel}, message, std::move(done));
  }
  // To a person, in private: fails with code 50007 when they do not want that.
  void send_private(Id user, const Message& message, Done done = {});
  // Text, embeds and components become those of `text`.
  void edit_message(Id channel, Id message, Message text, Done done = {}) {
    // Said once, when it is sent.
    text.silent = text.ephemeral = false;
    text.reply_to = 0;
    write("PATCH", "/channels/{}/messages/{}", {channel, message}, text, std::move(done));
  }
  void delete_message(Id channel, Id message, std::string_view reason = {}, Done done = {}) {
    act("DELETE", "/channels/{}/messages/{}", {channel, message}, reason, std::move(done));
  }
  // 2 to 100 messages that are younger than 14 days.
  void delete_messages(Id channel,
                       const std::vector<Id>& messages,
                       std::string_view reason = {},
                       Done done = {}) {
    send({"POST",
          "/channels/{}/messages/bulk-delete",
          ids({channel}),
          {},
          JsonObject().add("messages", detail::ids_json(messages)).text(),
          {},
          std::string(reason)},
         std::move(done));
  }
  // Reply::body is the message.
  void fetch_message(Id channel, Id message, Done done) {
    act("GET", "/channels/{}/messages/{}", {channel, message}, {}, std::move(done));
  }
  void pin_message(Id channel, Id message, std::string_view reason = {}, Done done = {}) {
    act("PUT", "/channels/{}/messages/pins/{}", {channel, message}, reason, std::move(done));
  }
  void unpin_message(Id channel, Id message, std::string_view reason = {}, Done done = {}) {
    act("DELETE", "/channels/{}/messages/pins/{}", {channel, message}, reason, std::move(done));
  }
  void show_typing(Id channel) { act("POST", "/channels/{}/typing", {channel}, {}, {}); }

  // ---- Threads. Reply::body of a started one is its channel object.
  void start_thread(Id channel, Id message, std::string_view name, Done done = {}) {
    send({"POST",
          "/channels/{}/messages/{}/threads",
          ids({channel, message}),
          {},
          JsonObject().add("name", name).text(),
          {},
          {}},
         std::move(done));
  }
  enum class ThreadKind { Public = 11, Private = 12 };
  void start_thread(Id channel, std::string_view name, ThreadKind kind, Done done = {}) {
    send({"POST",
          "/channels/{}/threads",
          ids({channel}),
          {},
          JsonObject().add("name", name).add("type", static_cast<int>(kind)).text(),
          {},
          {}},
         std::move(done));
  }
  // An archived thread opens again when somebody writes in it, unless it is locked.
  void archive_thread(Id thread, bool locked = false, Done done = {}) {
    send({"PATCH",
          "/channels/{}",
          ids({thread}),
          {},
          JsonObject().add("archived", true).add("locked", locked).text(),
          {},
          {}},
         std::move(done));
  }
  void add_to_thread(Id thread, Id user, Done done = {}) {
    act("PUT", "/channels/{}/thread-members/{}", {thread, user}, {}, std::move(done));
  }
  void remove_from_thread(Id thread, Id user, Done done = {}) {
    act("DELETE", "/channels/{}/thread-members/{}", {thread, user}, {}, std::move(done));
  }

  // ---- Reactions. `emoji` is the character itself, or name:id.
  void add_reaction(Id channel, Id message, std::string_view emoji, Done done = {}) {
    react("PUT", channel, message, emoji, "/@me", std::move(done));
  }
  void remove_reaction(Id channel, Id message, std::string_view emoji, Done done = {}) {
    react("DELETE", channel, message, emoji, "/@me", std::move(done));
  }
  // Everybody's of that emoji; everybody's of all.
  void clear_reactions(Id channel, Id message, std::string_view emoji, Done done = {}) {
    react("DELETE", channel, message, emoji, "", std::move(done));
  }
  void clear_reactions(Id channel, Id message, Done done = {}) {
    act("DELETE", "/channels/{}/messages/{}/reactions", {channel, message}, {}, std::move(done));
  }

  // ---- Roles and moderation.
  void add_role(Id guild, Id user, Id role, std::string_view reason = {}, Done done = {}) {
    act("PUT", "/guilds/{}/members/{}/roles/{}", {guild, user, role}, reason, std::move(done));
  }
  void remove_role(Id guild, Id user, Id role, std::string_view reason = {}, Done done = {}) {
    act("DELETE", "/guilds/{}/members/{}/roles/{}", {guild, user, role}, reason, std::move(done));
  }
  // An empty name takes it away.
  void set_nickname(
      Id guild, Id user, std::string_view name, std::string_view reason = {}, Done done = {}) {
    change_member(guild, user, JsonObject().add("nick", name), reason, std::move(done));
  }
  void kick(Id guild, Id user, std::string_view reason = {}, Done done = {}) {
    act("DELETE", "/guilds/{}/members/{}", {guild, user}, reason, std::move(done));
  }
  // With what the person wrote in that time, at most seven days.
  void ban(Id guild,
           Id user,
           std::string_view reason = {},
           std::chrono::seconds delete_messages = {},
           Done done = {}) {
    send({"PUT",
          "/guilds/{}/bans/{}",
          ids({guild, user}),
          {},
          JsonObject().add("delete_message_seconds", delete_messages.count()).text(),
          {},
          std::string(reason)},
         std::move(done));
  }
  void unban(Id guild, Id user, std::string_view reason = {}, Done done = {}) {
    act("DELETE", "/guilds/{}/bans/{}", {guild, user}, reason, std::move(done));
  }
  // Zero ends a timeout; Discord allows at most 28 days.
  void time_out(
      Id guild, Id user, std::chrono::seconds length, std::string_view reason = {}, Done done = {});

  // ---- Anything else.
  void request(const Call& call, Done done = {}) { send(call, std::move(done)); }
  void request(std::string_view method,
               std::string_view route,
               const std::vector<std::string>& parameters,
               std::string_view json = {},
               Done done = {},
               std::string_view reason = {}) {
    send({std::string(method),
          std::string(route),
          parameters,
          {},
          std::string(json),
          {},
          std::string(reason)},
         std::move(done));
  }

 private:
  static std::vector<std::string> ids(std::initializer_list<Id> list) {
    std::vector<std::string> out;
    for (const Id id : list) out.push_back(std::to_string(id));
    return out;
  }
  void act(const char* method,
           const char* route,
           std::initializer_list<Id> list,
           std::string_view reason,
           Done done) {
    send({method, route, ids(list), {}, {}, {}, std::string(reason)}, std::move(done));
  }
  void write(const char* method,
             const char* route,
             std::initializer_list<Id> list,
             const Message& message,
             Done done) {
    send({method, route, ids(list), {}, detail::to_json(message, plugin_), message.files, {}},
         std::move(done));
  }
  void react(const char* method,
             Id channel,
             Id message,
             std::string_view emoji,
             const char* whose,
             Done done) {
    std::vector<std::string> parameters = ids({channel, message});
    parameters.emplace_back(emoji);
    send({method,
          std::string("/channels/{}/messages/{}/reactions/{}") + whose,
          parameters,
          {},
          {},
          {},
          {}},
         std::move(done));
  }
  void change_member(
      Id guild, Id user, const JsonObject& change, std::string_view reason, Done done) {
    send({"PATCH",
          "/guilds/{}/members/{}",
          ids({guild, user}),
          {},
          change.text(),
          {},
          std::string(reason)},
         std::move(done));
  }
  void send(const Call& call, Done done);

  const discern_host* host_;
  std::string plugin_;
};

inline void Discord::send_private(Id user, const Message& message, Done done) {
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
         if (opened.ok) return self.send_message(opened.body["id"].id(), message, std::move(done));
         if (done) done(opened);
       });
}

inline void Discord::time_out(
    Id guild, Id user, std::chrono::seconds length, std::string_view reason, Done done) {
  std::string until = "null";
  if (length.count() > 0) {
    const std::time_t end = std::time(nullptr) + length.count();
    std::tm utc{};
    gmtime_r(&end, &utc);
    char text[32];
    until = std::string(text, std::strftime(text, sizeof text, "\"%Y-%m-%dT%H:%M:%SZ\"", &utc));
  }
  change_member(guild,
                user,
                JsonObject().add_raw("communication_disabled_until", until),
                reason,
                std::move(done));
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
