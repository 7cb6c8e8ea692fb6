#pragma once

// Your plugin in a unit test: no Discord, no network, no disk, and a clock that only you move.
//
//   TEST(Hello, Greets) {
//     testing::Bot bot("plugin.toml");
//     bot.start();
//     EXPECT_EQ(bot.use("hello").text(), "Hello!");
//   }
//
// Works with every test framework. `discern_plugin_test()` of the CMake package links the plugin to
// the test; what runs is the plugin as it is loaded, through the same boundary. It needs toml++.
// Everything happens on the calling thread and is over when the call returns.

#include <chrono>
#include <stdexcept>

#include "discern/plugin/plugin.hpp"
#include "discern/plugin/testing/fake_host.hpp"
#include "discern/plugin/testing/manifest.hpp"

// The plugin under test.
extern "C" const discern_plugin* discern_plugin_entry();

namespace discern::plugin::testing {

class Bot {
 public:
  explicit Bot(const std::string& manifest) : manifest_(read_manifest(manifest)) {}
  Bot(const Bot&) = delete;
  Bot& operator=(const Bot&) = delete;
  ~Bot() { stop(); }

  // ---- life
  // What the operator writes below [plugin.<id>]. Before start().
  void configure(const std::string& key, const OptionValue& value) {
    manifest_.config[key] = value.json();
  }
  // Throws std::runtime_error when the plugin's init does.
  void start();
  // As when the plugin is disabled. Storage stays.
  void stop();
  void restart() {
    stop();
    start();
  }

  // ---- what happens to it
  Where where;  // Of everything that follows.
  Conversation use(const std::string& command, const Options& options = {});
  // In the menu of a person, and of a message. `message` is what of Discord's object matters.
  Conversation use_on_user(const std::string& command,
                           std::uint64_t user,
                           const std::string& user_name = "grace");
  Conversation use_on_message(const std::string& command, const JsonObject& message);
  Conversation press(const std::string& custom_id) { return component(custom_id, {}); }
  Conversation choose(const std::string& custom_id, const std::vector<std::string>& values) {
    return component(custom_id, values);
  }
  // A form; the fields by their custom_id.
  Conversation submit(const std::string& custom_id,
                      const std::vector<std::pair<std::string, std::string>>& fields);
  // Somebody has typed so far into an option of a command.
  Conversation type(const std::string& command, const std::string& option, const std::string& text);
  // `json` is the `d` of Discord's message.
  void event(const std::string& type, const std::string& json = "{}");
  // "/path?query", after /plugins/<id>.
  Page get(const std::string& target) { return request("GET", target); }
  Page request(const std::string& method,
               const std::string& target,
               const std::string& body = {},
               const std::vector<std::pair<std::string, std::string>>& headers = {});
  // Time passes; timers and what they cause run in order.
  void advance(std::chrono::nanoseconds by) {
    host_.advance(by.count());
    host_.run_until_idle();
  }

  // ---- what the world says
  // To every later request of that kind: discord_answers("POST", "/channels/{}/messages", {403}).
  void discord_answers(const std::string& method, const std::string& route, Reaction reaction) {
    host_.discord_reactions.emplace_back(method + " " + route, std::move(reaction));
  }
  // To every later request whose URL begins like this.
  void web_answers(const std::string& url, Reaction reaction) {
    host_.web_reactions.emplace_back(url, std::move(reaction));
  }

  // ---- what it did
  // "note add", "Report (user)", "Quote (message)".
  std::vector<std::string> commands() const { return host_.commands(); }
  const std::vector<DiscordCall>& discord_calls() const { return host_.discord_calls; }
  const std::vector<GatewayCall>& gateway_calls() const { return host_.gateway_calls; }
  const std::vector<WebCall>& web_calls() const { return host_.web_calls; }
  const std::vector<LogLine>& log() const { return host_.log; }
  // What left a handler: empty in a test that is to pass, most of the time.
  const std::vector<HandlerFailure>& failures() const { return host_.failures; }
  // A metric of the plugin's own: a counter's or gauge's value, how often a histogram observed, how
  // many different a distinct saw, what an item of a top-k has (its name comes last).
  double metric(const std::string& name, const std::vector<std::string>& labels = {}) const {
    return host_.metrics.value(name, labels);
  }
  std::vector<double> observed(const std::string& name,
                               const std::vector<std::string>& labels = {}) const {
    return host_.metrics.observed(name, labels);
  }
  // What the plugin keeps; may be changed.
  std::map<std::string, std::string>& storage() { return host_.storage; }

 private:
  Conversation component(const std::string& custom_id, const std::vector<std::string>& values);
  Conversation interact(std::uint32_t type,
                        const std::string& name,
                        const JsonObject& data,
                        const discern_callback& callback);
  Conversation use_in_menu(std::uint32_t type,
                           const std::string& command,
                           std::uint64_t target,
                           const JsonObject& resolved);
  static JsonObject command_data(std::string_view path, const JsonArray& options);

  Manifest manifest_;
  FakeHost host_;
  std::string config_;
  void* plugin_ = nullptr;
  std::uint64_t serial_ = 0;
};

inline void Bot::start() {
  if (plugin_ != nullptr) throw std::logic_error("the plugin runs already");
  JsonObject config;
  for (const auto& [key, json] : manifest_.config) config.add_raw(key, json);
  config_ = config.text();
  auto start = plugin::detail::sized<discern_start>();
  start.id = plugin::detail::text(manifest_.id);
  start.version = plugin::detail::text(manifest_.version);
  start.config_json = plugin::detail::text(config_);
  auto failure = plugin::detail::sized<discern_failure>();
  const discern_plugin* table = discern_plugin_entry();
  plugin_ = table->create(host_.table(), &start, &failure);
  if (plugin_ == nullptr || table->init(plugin_, &failure) != DISCERN_OK) {
    const std::string text = failure.text;
    stop();
    throw std::runtime_error("the plugin failed to start: " + text);
  }
  host_.run_until_idle();
}

inline void Bot::stop() {
  if (plugin_ == nullptr) return;
  auto failure = plugin::detail::sized<discern_failure>();
  const discern_plugin* table = discern_plugin_entry();
  if (table->stop(plugin_, &failure) != DISCERN_OK) {
    host_.failures.push_back({failure.type, failure.text});
  }
  host_.release_all();
  table->destroy(plugin_);
  plugin_ = nullptr;
}

// "music play" becomes what Discord sends: the command, and its subcommand as an option.
inline JsonObject Bot::command_data(std::string_view path, const JsonArray& options) {
  const std::size_t space = path.find(' ');
  JsonObject out;
  out.add("name", path.substr(0, space));
  if (space == std::string_view::npos) return out.add("options", options);
  const std::string_view rest = path.substr(space + 1);
  JsonObject inner = command_data(rest, options);
  inner.add("type", rest.find(' ') == std::string_view::npos ? 1 : 2);
  return out.add("options", JsonArray().add(inner));
}

inline Conversation Bot::use(const std::string& command, const Options& options) {
  const FakeHost::Registered* found = host_.find_command(command);
  if (found == nullptr) throw std::invalid_argument("there is no command /" + command);
  JsonArray given;
  for (const auto& [name, value] : options) {
    given.add(JsonObject().add("name", name).add_raw("value", value.json()));
  }
  return interact(
      DISCERN_INTERACTION_COMMAND, command, command_data(command, given), found->callback);
}

inline Conversation Bot::use_in_menu(std::uint32_t type,
                                     const std::string& command,
                                     std::uint64_t target,
                                     const JsonObject& resolved) {
  const FakeHost::Registered* found = host_.find_command(command, type);
  if (found == nullptr) throw std::invalid_argument("no menu has the command " + command);
  return interact(DISCERN_INTERACTION_COMMAND,
                  command,
                  JsonObject()
                      .add("name", command)
                      .add("type", type)
                      .add_id("target_id", target)
                      .add("resolved", resolved),
                  found->callback);
}

inline Conversation Bot::use_on_user(const std::string& command,
                                     std::uint64_t user,
                                     const std::string& user_name) {
  const std::string id = std::to_string(user);
  const JsonObject about = JsonObject().add("id", id).add("username", user_name);
  JsonObject resolved;
  resolved.add("users", JsonObject().add(id, about));
  if (where.guild != 0) resolved.add("members", JsonObject().add(id, JsonObject()));
  return use_in_menu(DISCERN_COMMAND_USER, command, user, resolved);
}

inline Conversation Bot::use_on_message(const std::string& command, const JsonObject& message) {
  const std::uint64_t given = Json(message.text())["id"].id();
  const std::uint64_t id = given != 0 ? given : ++serial_;
  JsonObject about = message;
  if (given == 0) about.add_id("id", id);
  return use_in_menu(DISCERN_COMMAND_MESSAGE,
                     command,
                     id,
                     JsonObject().add("messages", JsonObject().add(std::to_string(id), about)));
}

inline Conversation Bot::type(const std::string& command,
                              const std::string& option,
                              const std::string& text) {
  const FakeHost::Registered* found = host_.find_command(command);
  const FakeHost::Registered* complete =
      found != nullptr ? host_.find(found->autocomplete) : nullptr;
  if (complete == nullptr) throw std::invalid_argument("/" + command + " has no autocomplete");
  const JsonArray typed =
      JsonArray().add(JsonObject().add("name", option).add("value", text).add("focused", true));
  return interact(
      DISCERN_INTERACTION_AUTOCOMPLETE, command, command_data(command, typed), complete->callback);
}

inline Conversation Bot::component(const std::string& custom_id,
                                   const std::vector<std::string>& values) {
  const FakeHost::Registered* found = host_.find(DISCERN_ON_COMPONENT, custom_id);
  if (found == nullptr) throw std::invalid_argument("nobody waits for component " + custom_id);
  JsonArray chosen;
  for (const std::string& value : values) chosen.add(value);
  return interact(DISCERN_INTERACTION_COMPONENT,
                  custom_id,
                  JsonObject().add("custom_id", custom_id).add("values", chosen),
                  found->callback);
}

inline Conversation Bot::submit(const std::string& custom_id,
                                const std::vector<std::pair<std::string, std::string>>& fields) {
  const FakeHost::Registered* found = host_.find(DISCERN_ON_MODAL, custom_id);
  if (found == nullptr) throw std::invalid_argument("nobody waits for form " + custom_id);
  JsonArray rows;
  for (const auto& [field, text] : fields) {
    const JsonObject input = JsonObject().add("type", 4).add("custom_id", field).add("value", text);
    rows.add(JsonObject().add("type", 18).add("component", input));
  }
  return interact(DISCERN_INTERACTION_MODAL,
                  custom_id,
                  JsonObject().add("custom_id", custom_id).add("components", rows),
                  found->callback);
}

inline Conversation Bot::interact(std::uint32_t type,
                                  const std::string& name,
                                  const JsonObject& data,
                                  const discern_callback& callback) {
  constexpr std::int64_t kDiscordEpochMs = 1'420'070'400'000;
  const std::int64_t born_ms =
      host_.table()->clock_ns(host_.table()->context, DISCERN_CLOCK_SYSTEM) / 1'000'000;
  const std::uint64_t id =
      (static_cast<std::uint64_t>(born_ms - kDiscordEpochMs) << 22) | ++serial_;
  const JsonObject user = JsonObject().add_id("id", where.user).add("username", where.user_name);
  JsonObject content;
  content.add_id("id", id).add("type", type).add_id("channel_id", where.channel).add("data", data);
  if (where.guild != 0) {
    content.add_id("guild_id", where.guild).add("member", JsonObject().add("user", user));
  } else {
    content.add("user", user);
  }
  const std::string payload = JsonObject().add("op", 0).add("d", content).text();
  auto message = plugin::detail::sized<discern_interaction>();
  message.type = type;
  message.id = id;
  message.guild = where.guild;
  message.name = plugin::detail::text(name);
  message.payload = plugin::detail::text(payload);
  const auto state = host_.open_conversation(id);
  state->failed = !host_.call(callback, &message);
  host_.run_until_idle();
  return Conversation(state);
}

inline void Bot::event(const std::string& type, const std::string& json) {
  const std::string payload = JsonObject().add("op", 0).add("t", type).add_raw("d", json).text();
  auto message = plugin::detail::sized<discern_event>();
  message.sequence = ++serial_;
  message.guild = where.guild;
  message.type = plugin::detail::text(type);
  message.payload = plugin::detail::text(payload);
  for (const discern_callback& callback : host_.find_events(type)) host_.call(callback, &message);
  host_.run_until_idle();
}

inline Page Bot::request(const std::string& method,
                         const std::string& target,
                         const std::string& body,
                         const std::vector<std::pair<std::string, std::string>>& headers) {
  const std::size_t question = target.find('?');
  const std::string path = target.substr(0, question);
  const FakeHost::Registered* found = host_.find(DISCERN_ON_ROUTE, path);
  if (found == nullptr) return {404, "text/plain", "there is no such page"};
  std::vector<discern_pair> pairs;
  for (const auto& [name, value] : headers) {
    pairs.push_back({plugin::detail::text(name), plugin::detail::text(value)});
  }
  auto message = plugin::detail::sized<discern_http_request>();
  message.id = ++serial_;
  message.method = plugin::detail::text(method);
  message.path = plugin::detail::text(path);
  const std::string query = question == std::string::npos ? "" : target.substr(question + 1);
  message.query = plugin::detail::text(query);
  message.body = plugin::detail::text(body);
  message.headers = pairs.data();
  message.header_count = static_cast<std::uint32_t>(pairs.size());
  if (!host_.call(found->callback, &message)) return {500, "text/plain", "the plugin failed"};
  host_.run_until_idle();
  const auto page = host_.pages.find(message.id);
  return page != host_.pages.end() ? page->second : Page{504, "text/plain", "no answer yet"};
}

}  // namespace discern::plugin::testing
