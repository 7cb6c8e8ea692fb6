#pragma once

// A slash command, a pressed button, a submitted form: something a person waits for.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "discern/plugin/fence.hpp"
#include "discern/plugin/form.hpp"
#include "discern/plugin/json.hpp"
#include "discern/plugin/message.hpp"
#include "discern/plugin/reply.hpp"

namespace discern::plugin {

// A value: copy it to answer after the handler returned, within 15 minutes.
//
// Discord waits 3 seconds for the first answer. The host defers at 2 seconds by itself, and a later
// reply() then fills in the waiting message. When the last copy goes and nothing was answered, the
// host tells the person that the command failed, and counts an error.
class Interaction {
 public:
  Interaction(const discern_host* host, std::string_view plugin, const discern_interaction& message)
      : shared_(std::make_shared<Shared>(host, plugin, message)) {}

  // Discord's. The same when an interaction comes a second time, as it may after a crash.
  std::uint64_t id() const { return shared_->id; }
  // "ping", "trivia play"; of a component or form, its custom_id.
  const std::string& name() const { return shared_->name; }
  // Discord's interaction object.
  Json json() const { return Json(shared_->payload)["d"]; }
  std::uint64_t guild_id() const { return shared_->guild; }
  std::uint64_t channel_id() const { return json()["channel_id"].id(); }
  std::uint64_t user_id() const { return user()["id"].id(); }
  // The name shown in the guild.
  std::string user_name() const;
  std::string locale() const { return json()["locale"].string("en-US"); }

  // The value of an option; absent when the person left it out. Users, channels and roles are ids.
  Json option(std::string_view name) const;
  std::string option_string(std::string_view name, std::string_view fallback = {}) const {
    return option(name).string(fallback);
  }
  std::int64_t option_int(std::string_view name, std::int64_t fallback = 0) const {
    return option(name).integer(fallback);
  }
  double option_number(std::string_view name, double fallback = 0) const {
    return option(name).number(fallback);
  }
  bool option_bool(std::string_view name, bool fallback = false) const {
    return option(name).boolean(fallback);
  }
  std::uint64_t option_id(std::string_view name) const { return option(name).id(); }
  // An option that is an attachment: Discord's object for it ("url", "filename", "size", ...).
  Json attachment(std::string_view name) const {
    return json().find("data.resolved.attachments")[option(name).string()];
  }
  // Commands in a menu: the person or message that it was opened on.
  std::uint64_t target_id() const { return json().find("data.target_id").id(); }
  // Discord's user object ("username", "global_name", ...), and the member object beside it.
  Json target_user() const { return target("users"); }
  Json target_member() const { return target("members"); }
  // Discord's message object ("content", "author", ...).
  Json target_message() const { return target("messages"); }
  // Autocomplete: what was typed so far.
  std::string typed() const;
  // Forms: what was written into a field.
  std::string field(std::string_view name) const;
  // Selects: the values, or the ids of users, roles or channels, that were chosen.
  std::vector<std::string> values() const;
  // Components: the message they are on; 0 elsewhere.
  std::uint64_t message_id() const { return json().find("message.id").id(); }
  // What the bot may do in this channel, as permission bits.
  std::uint64_t bot_permissions() const { return json()["app_permissions"].id(); }

  // All of the following return at once. `then` is a function that takes Discord's answer, once, on
  // the plugin's thread, or `awaited` in a coroutine; leave it out when the outcome does not matter
  // (the host logs and counts failures).

  // The first answer. Throws Failure when there was one: use edit_reply or follow_up then.
  template <Continuation<Reply> Then = Done>
  auto reply(const Message& message, Then then = {}) const {
    return send(DISCERN_ANSWER_REPLY, message, std::move(then));
  }
  // "… is thinking": gives 15 minutes; a later reply fills it in.
  void defer(bool ephemeral = false) const;
  template <Continuation<Reply> Then = Done>
  auto edit_reply(const Message& message, Then then = {}) const {
    return send(DISCERN_ANSWER_EDIT, message, std::move(then));
  }
  template <Continuation<Reply> Then = Done>
  auto delete_reply(Then then = {}) const {
    return detail::complete<Reply>(std::move(then), [&](Done done) {
      send_json(DISCERN_ANSWER_DELETE, {}, {}, std::move(done));
    });
  }
  // A further message after the first answer. Its id is that of the reply.
  template <Continuation<Reply> Then = Done>
  auto follow_up(const Message& message, Then then = {}) const {
    return send(DISCERN_ANSWER_FOLLOW_UP, message, std::move(then));
  }
  template <Continuation<Reply> Then = Done>
  auto edit_follow_up(std::uint64_t id, const Message& message, Then then = {}) const {
    return send(DISCERN_ANSWER_EDIT_FOLLOW_UP, message, std::move(then), id);
  }
  template <Continuation<Reply> Then = Done>
  auto delete_follow_up(std::uint64_t id, Then then = {}) const {
    return detail::complete<Reply>(std::move(then), [&](Done done) {
      send_json(DISCERN_ANSWER_DELETE_FOLLOW_UP, {}, {}, std::move(done), id);
    });
  }
  // Components: changes the message that the component is on.
  template <Continuation<Reply> Then = Done>
  auto update(const Message& message, Then then = {}) const {
    return send(DISCERN_ANSWER_UPDATE, message, std::move(then));
  }
  // Autocomplete: text shown and value sent; the first 25 count.
  void choices(const std::vector<std::pair<std::string, std::string>>& list) const;
  // Opens a form. The first answer only, and before the host deferred.
  template <Continuation<Reply> Then = Done>
  auto show(const Form& form, Then then = {}) const {
    return detail::complete<Reply>(std::move(then), [&](Done done) {
      send_json(DISCERN_ANSWER_MODAL, form.json(shared_->plugin), {}, std::move(done));
    });
  }
  // The same with Discord's modal object. Its custom_id must begin with "<plugin id>:".
  void modal(std::string_view json) const { send_json(DISCERN_ANSWER_MODAL, json, {}, {}); }

 private:
  struct Shared {
    Shared(const discern_host* given_host,
           std::string_view given_plugin,
           const discern_interaction& m)
        : host(given_host),
          id(m.id),
          guild(m.guild),
          plugin(given_plugin),
          name(detail::view(m.name)),
          payload(detail::view(m.payload)) {}
    ~Shared() { host->release_interaction(host->context, id); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    const discern_host* host;
    std::uint64_t id;
    std::uint64_t guild;
    std::string plugin;
    std::string name;
    std::string payload;
  };

  Json user() const {
    const Json member = json().find("member.user");
    return member ? member : json()["user"];
  }
  Json target(std::string_view kind) const {
    return json().find("data.resolved")[kind][json().find("data.target_id").string()];
  }
  // The options of the subcommand that was used.
  Json options() const;
  template <class Then>
  auto send(std::uint32_t kind, const Message& message, Then then, std::uint64_t id = 0) const {
    return detail::complete<Reply>(std::move(then), [&](Done done) {
      send_json(kind, detail::to_json(message, shared_->plugin), message, std::move(done), id);
    });
  }
  void send_json(std::uint32_t kind,
                 std::string_view json,
                 const Message& message,
                 Done done,
                 std::uint64_t id = 0) const;

  std::shared_ptr<Shared> shared_;
};

inline void Interaction::defer(bool ephemeral) const {
  Message none;
  none.ephemeral = ephemeral;
  send(DISCERN_ANSWER_DEFER, none, Done());
}

inline std::string Interaction::user_name() const {
  for (const char* path : {"member.nick",
                           "member.user.global_name",
                           "member.user.username",
                           "user.global_name",
                           "user.username"}) {
    if (std::string name = json().find(path).string(); !name.empty()) return name;
  }
  return "someone";
}

inline Json Interaction::options() const {
  Json list = json().find("data.options");
  while (list.at(0)["type"].integer() == 1 || list.at(0)["type"].integer() == 2) {
    list = list.at(0)["options"];
  }
  return list;
}

inline Json Interaction::option(std::string_view name) const {
  Json found;
  options().each_element([&](Json option) {
    if (option["name"].string() == name) found = option["value"];
  });
  return found;
}

inline std::string Interaction::typed() const {
  std::string text;
  options().each_element([&](Json option) {
    if (!option["focused"].boolean()) return;
    text =
        option["value"].is_string() ? option["value"].string() : std::string(option["value"].raw());
  });
  return text;
}

inline std::string Interaction::field(std::string_view name) const {
  std::string text;
  const auto look = [&](Json input) {
    if (input["custom_id"].string() == name) text = input["value"].string();
  };
  // A label holds one input; rows, the older form, hold a list.
  json().find("data.components").each_element([&](Json around) {
    look(around["component"]);
    around["components"].each_element(look);
  });
  return text;
}

inline std::vector<std::string> Interaction::values() const {
  std::vector<std::string> out;
  json().find("data.values").each_element([&](Json value) { out.push_back(value.string()); });
  return out;
}

inline void Interaction::choices(
    const std::vector<std::pair<std::string, std::string>>& list) const {
  JsonArray out;
  for (std::size_t i = 0; i < list.size() && i < 25; ++i) {
    out.add(JsonObject().add("name", list[i].first).add("value", list[i].second));
  }
  send_json(DISCERN_ANSWER_CHOICES, JsonObject().add("choices", out).text(), {}, {});
}

inline void Interaction::send_json(std::uint32_t kind,
                                   std::string_view json,
                                   const Message& message,
                                   Done done,
                                   std::uint64_t id) const {
  auto answer = detail::sized<discern_answer>();
  answer.kind = kind;
  answer.message = id;
  answer.ephemeral = message.ephemeral ? 1 : 0;
  answer.json = detail::text(json);
  const std::vector<discern_file> files = detail::to_files(message.files);
  answer.files = files.data();
  answer.file_count = static_cast<std::uint32_t>(files.size());
  if (done) answer.done = detail::make_done(std::move(done));
  auto failure = detail::sized<discern_failure>();
  if (shared_->host->answer(shared_->host->context, shared_->id, &answer, &failure) != DISCERN_OK) {
    detail::raise(failure);
  }
}

}  // namespace discern::plugin
