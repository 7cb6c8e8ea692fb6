#pragma once

// core.discord(): doing things on Discord, through the host's rate limiter.
//
// Every call returns at once. `done` is called later, once, on the plugin's thread; leave it out
// when the outcome does not matter (the host logs failures). What the bot may do in a guild is
// decided there: ask for it with `permissions` in plugin.toml.

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

class Discord {
 public:
  using Id = std::uint64_t;

  Discord(const discern_host* host, std::string_view plugin) : host_(host), plugin_(plugin) {}

  // Messages.
  void send_message(Id channel, const Message& message, Done done = {}) {
    call("POST", "/channels/{}/messages", {channel}, message, std::move(done));
  }
  void edit_message(Id channel, Id message, const Message& text, Done done = {}) {
    call("PATCH", "/channels/{}/messages/{}", {channel, message}, text, std::move(done));
  }
  void delete_message(Id channel, Id message, Done done = {}) {
    call("DELETE", "/channels/{}/messages/{}", {channel, message}, std::move(done));
  }
  void pin_message(Id channel, Id message, Done done = {}) {
    call("PUT", "/channels/{}/messages/pins/{}", {channel, message}, std::move(done));
  }
  void start_thread(Id channel, Id message, std::string_view name, Done done = {}) {
    request("POST",
            "/channels/{}/messages/{}/threads",
            ids({channel, message}),
            JsonObject().add("name", name).text(),
            std::move(done));
  }
  void show_typing(Id channel) { call("POST", "/channels/{}/typing", {channel}, {}); }

  // Reactions. `emoji` is the character itself, or name:id.
  void add_reaction(Id channel, Id message, std::string_view emoji, Done done = {}) {
    react("PUT", channel, message, emoji, std::move(done));
  }
  void remove_reaction(Id channel, Id message, std::string_view emoji, Done done = {}) {
    react("DELETE", channel, message, emoji, std::move(done));
  }

  // Roles and moderation. `reason` goes into the guild's audit log.
  void add_role(Id guild, Id user, Id role, std::string_view reason = {}, Done done = {}) {
    call("PUT", "/guilds/{}/members/{}/roles/{}", {guild, user, role}, std::move(done), reason);
  }
  void remove_role(Id guild, Id user, Id role, std::string_view reason = {}, Done done = {}) {
    call("DELETE", "/guilds/{}/members/{}/roles/{}", {guild, user, role}, std::move(done), reason);
  }
  void kick(Id guild, Id user, std::string_view reason = {}, Done done = {}) {
    call("DELETE", "/guilds/{}/members/{}", {guild, user}, std::move(done), reason);
  }
  void ban(Id guild,
           Id user,
           std::string_view reason = {},
           std::chrono::seconds delete_messages = {},
           Done done = {}) {
    request("PUT",
            "/guilds/{}/bans/{}",
            ids({guild, user}),
            JsonObject().add("delete_message_seconds", delete_messages.count()).text(),
            std::move(done),
            reason);
  }
  void unban(Id guild, Id user, std::string_view reason = {}, Done done = {}) {
    call("DELETE", "/guilds/{}/bans/{}", {guild, user}, std::move(done), reason);
  }
  // Zero ends a timeout; Discord allows at most 28 days.
  void time_out(
      Id guild, Id user, std::chrono::seconds length, std::string_view reason = {}, Done done = {});

  // Anything else: `route` is templated ("/guilds/{}/channels"), `parameters` fill its holes.
  void request(std::string_view method,
               std::string_view route,
               const std::vector<std::string>& parameters,
               std::string_view json = {},
               Done done = {},
               std::string_view reason = {}) {
    send(method, route, parameters, json, {}, std::move(done), reason);
  }

 private:
  static std::vector<std::string> ids(std::initializer_list<Id> list) {
    std::vector<std::string> out;
    for (const Id id : list) out.push_back(std::to_string(id));
    return out;
  }
  void call(std::string_view method,
            std::string_view route,
            std::initializer_list<Id> list,
            Done done,
            std::string_view reason = {}) {
    send(method, route, ids(list), {}, {}, std::move(done), reason);
  }
  void call(std::string_view method,
            std::string_view route,
            std::initializer_list<Id> list,
            const Message& message,
            Done done) {
    send(method,
         route,
         ids(list),
         detail::to_json(message, plugin_),
         message.files,
         std::move(done),
         {});
  }
  void react(std::string_view method, Id channel, Id message, std::string_view emoji, Done done) {
    std::vector<std::string> parameters = ids({channel, message});
    parameters.emplace_back(emoji);
    request(method, "/channels/{}/messages/{}/reactions/{}/@me", parameters, {}, std::move(done));
  }
  void send(std::string_view method,
            std::string_view route,
            const std::vector<std::string>& parameters,
            std::string_view json,
            const std::vector<File>& files,
            Done done,
            std::string_view reason);

  const discern_host* host_;
  std::string plugin_;
};

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
  request("PATCH",
          "/guilds/{}/members/{}",
          ids({guild, user}),
          JsonObject().add_raw("communication_disabled_until", until).text(),
          std::move(done),
          reason);
}

inline void Discord::send(std::string_view method,
                          std::string_view route,
                          const std::vector<std::string>& parameters,
                          std::string_view json,
                          const std::vector<File>& files,
                          Done done,
                          std::string_view reason) {
  std::vector<discern_text> values;
  for (const std::string& parameter : parameters) values.push_back(detail::text(parameter));
  const std::vector<discern_file> attached = detail::to_files(files);
  auto request = detail::sized<discern_rest_request>();
  request.method = detail::text(method);
  request.route = detail::text(route);
  request.parameters = values.data();
  request.parameter_count = static_cast<std::uint32_t>(values.size());
  request.json = detail::text(json);
  request.reason = detail::text(reason);
  request.files = attached.data();
  request.file_count = static_cast<std::uint32_t>(attached.size());
  if (done) request.done = detail::make_done(std::move(done));
  auto failure = detail::sized<discern_failure>();
  if (host_->request(host_->context, &request, &failure) != DISCERN_OK) detail::raise(failure);
}

}  // namespace discern::plugin
