#include "plugin/host.hpp"

#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

using namespace std::chrono_literals;
using ::testing::Test;

TEST_F(PluginHost, RunsACommandAndRecordsItByItself) {
  start_with({"calm"});
  command("calm");
  ASSERT_TRUE(rest_.wait_for(1));
  const discord::RestRequest sent = rest_.requests()[0];
  EXPECT_EQ(sent.route, "/interactions/{}/{token}/callback");
  EXPECT_EQ(sent.secret.reveal(), "t0ken1");
  EXPECT_EQ(sent.plugin, "calm");
  EXPECT_NE(sent.json.find("hello ada"), std::string::npos) << sent.json;
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,done", 1));
  EXPECT_EQ(value("discern_discord_commands_total", "calm,calm"), 1);
  EXPECT_EQ(value("discern_discord_command_duration_seconds", "calm"), 1);
  EXPECT_EQ(value("discern_discord_interaction_ack_seconds", "command"), 1);
  EXPECT_EQ(value("discern_plugin_handler_seconds", "calm,command"), 1);
  EXPECT_EQ(value("discern_plugin_enabled", "calm"), 1);
  EXPECT_EQ(value("discern_plugin_switches_total", "calm,enabled"), 0) << "a start is no enabling";
  EXPECT_EQ(value("discern_plugin_loads_total", "calm,start"), 1);
}

TEST_F(PluginHost, ReadsOptionsOfSubcommands) {
  start_with({"calm"});
  command(
      "echo text",
      R"({"name":"echo","options":[{"name":"text","type":1,"options":[{"name":"what","type":3,"value":"ol\u00e9"}]}]})");
  ASSERT_TRUE(rest_.wait_for(1));
  EXPECT_NE(rest_.requests()[0].json.find("ol\u00e9"), std::string::npos);
}

TEST_F(PluginHost, CountsInThePluginWithoutCountingTwice) {
  start_with({"calm"});
  command("count");
  ASSERT_TRUE(reaches("discern_discord_interactions_total", "command,done", 1));
  EXPECT_EQ(value("plugin_calm_used_total", "a"), 2);
  EXPECT_EQ(value("plugin_calm_size_seconds"), 1);
  EXPECT_EQ(value("plugin_calm_level"), 7);
  EXPECT_EQ(value("discern_discord_commands_total", "calm,count"), 1);
  EXPECT_EQ(value("discern_discord_commands_total", "calm,elsewhere"), 1);
  EXPECT_TRUE(reaches("discern_plugin_errors_total", "calm,reported", 1));
  // The test's clock stood still while the plugin was loaded: what it says itself is not added.
  EXPECT_EQ(value("discern_plugin_load_seconds", "calm"), 0);
  EXPECT_EQ(status("calm").load_seconds, 0);
}

TEST_F(PluginHost, HandsEventsToThoseWhoAskedForThem) {
  start_with({"calm"});
  EXPECT_TRUE(host_->wants("MESSAGE_CREATE"));
  EXPECT_FALSE(host_->wants("PRESENCE_UPDATE"));
  event("MESSAGE_CREATE", R"({"author":{"username":"bob"}})");
  event("PRESENCE_UPDATE");
  EXPECT_TRUE(reaches("plugin_calm_used_total", "bob", 1));
  EXPECT_EQ(value("discern_plugin_events_total", "calm"), 1);
}

TEST_F(PluginHost, RunsTimersByTheClock) {
  start_with({"calm"});
  advance(31s);
  EXPECT_TRUE(reaches("plugin_calm_used_total", "timer", 1));
  advance(30s);
  EXPECT_TRUE(reaches("plugin_calm_used_total", "timer", 2));
}

TEST_F(PluginHost, ServesRoutesAndSaysWhyNot) {
  start_with({"calm", "thrower", "throws-in-init"});
  const auto ask = [&](const std::string& plugin, RouteRequest request) {
    std::mutex mutex;
    std::optional<RouteResponse> answer;
    host_->serve(plugin, std::move(request), [&](RouteResponse response) {
      const std::lock_guard lock(mutex);
      answer = std::move(response);
    });
    EXPECT_TRUE(eventually([&] {
      const std::lock_guard lock(mutex);
      return answer.has_value();
    }));
    return *answer;
  };
  const RouteResponse page = ask("calm", {"GET", "/", "q=%3Cb%3E+x", "", {}});
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body, "<p>&lt;b&gt; x</p>");
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(ask("calm", {"GET", "/files/a/b", "", "", {}}).body, "/files/a/b");
  EXPECT_EQ(ask("calm", {"GET", "/none", "", "", {}}).status, 404);
  EXPECT_EQ(ask("nobody", {"GET", "/", "", "", {}}).status, 404);
  EXPECT_EQ(ask("throws-in-init", {"GET", "/", "", "", {}}).status, 503);
  EXPECT_EQ(ask("thrower", {"GET", "/", "", "", {}}).status, 500);
  EXPECT_TRUE(reaches("discern_plugin_errors_total", "thrower,route", 1));
}

TEST_F(PluginHost, HidesTheTokenFromThePlugin) {
  start_with({"calm"});
  command("echo text", R"({"options":[{"type":1,"options":[{"name":"what","value":"t0ken1"}]}]})");
  ASSERT_TRUE(rest_.wait_for(1));
  EXPECT_EQ(rest_.requests()[0].json.find("t0ken"), std::string::npos);
}

TEST_F(PluginHost, LeadsAComponentBackToItsPlugin) {
  start_with({"calm"});
  interact(discord::InteractionType::Component, "calm:press:7");
  ASSERT_TRUE(rest_.wait_for(1));
  EXPECT_NE(rest_.requests()[0].json.find(R"("type":7)"), std::string::npos);
  EXPECT_NE(rest_.requests()[0].json.find("pressed press:7"), std::string::npos);
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "component,done", 1));
}

TEST_F(PluginHost, AnswersUnknownAndExpiredInteractionsAsWhatTheyAre) {
  start_with({"calm"});
  command("nobody-has-it");
  interact(discord::InteractionType::Component, "nobody:press");
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,unknown", 1));
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "component,unknown", 1));
  EXPECT_EQ(rest_.count(), 2u);
  interact(discord::InteractionType::Command, "calm", "{}", 4s);
  EXPECT_EQ(value("discern_discord_interactions_total", "command,expired"), 1);
  EXPECT_EQ(value("discern_discord_commands_total", "calm,calm"), 0);
  EXPECT_EQ(rest_.count(), 2u);
}

TEST_F(PluginHost, SendsToTheGatewayForAPluginWhatIsAPluginsToSend) {
  std::mutex mutex;
  std::vector<std::string> sent;
  options_.send_gateway = [&](discord::Op op, discord::GuildId guild, std::string d, auto done) {
    {
      const std::lock_guard lock(mutex);
      sent.push_back(std::string(to_string(op)) + " " + guild.text() + " " + d);
    }
    done(Error(Errc::Unavailable, "shard 0 has no session at the moment"));
  };
  start_with({"calm"});
  command("members");
  ASSERT_TRUE(reaches("discern_plugin_errors_total", "calm,command", 1))
      << "what is no JSON is refused";
  const std::lock_guard lock(mutex);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0], R"(request_guild_members 123 {"guild_id":"123","query":"ad","limit":5})");
}

TEST_F(PluginHost, RunsAnInteractionThatIsDeliveredTwiceOnce) {
  start_with({"calm"});
  command("calm");
  ASSERT_TRUE(rest_.wait_for(1));
  deliver_again();
  EXPECT_EQ(value("discern_discord_interactions_total", "command,duplicate"), 1);
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,done", 1));
  EXPECT_EQ(value("discern_discord_interactions_received_total", "command"), 2);
  EXPECT_EQ(value("discern_discord_commands_total", "calm,calm"), 1);
  EXPECT_EQ(rest_.count(), 1u);
}

TEST_F(PluginHost, CountsTheWayOfAnInteraction) {
  start_with({"calm", "keeper"});
  command("calm");
  command("keep");
  EXPECT_TRUE(reaches("discern_discord_interactions_acknowledged_total", "command,plugin", 1));
  advance(2100ms);
  EXPECT_TRUE(reaches("discern_discord_interactions_acknowledged_total", "command,host", 1));
  EXPECT_EQ(value("discern_discord_interaction_arrival_seconds", "command"), 2);
  EXPECT_TRUE(reaches("discern_discord_interaction_ack_seconds", "command", 2));
  rest_.refuse("POST /interactions/{}/{token}/callback");
  command("calm");
  EXPECT_TRUE(reaches("discern_discord_interaction_errors_total", "command,10062", 1));
  EXPECT_EQ(value("discern_discord_interactions_acknowledged_total", "command,plugin"), 1);
}

TEST_F(PluginHost, DefersForAPluginThatIsLateAndEditsThen) {
  start_with({"keeper"});
  command("keep");
  advance(1900ms);
  EXPECT_EQ(rest_.count(), 0u);
  advance(200ms);
  ASSERT_TRUE(rest_.wait_for(1));
  EXPECT_EQ(rest_.requests()[0].json, R"({"type":5})");
  event("TYPING_START");
  ASSERT_TRUE(rest_.wait_for(2));
  EXPECT_EQ(rest_.requests()[1].method, "PATCH");
  EXPECT_EQ(rest_.requests()[1].route, "/webhooks/{}/{token}/messages/@original");
  EXPECT_NE(rest_.requests()[1].json.find("here it is"), std::string::npos);
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,late", 1));
}

TEST_F(PluginHost, KeepsALateSecretPrivate) {
  start_with({"keeper"});
  command("whisper");
  advance(2100ms);
  ASSERT_TRUE(rest_.wait_for(1));
  event("TYPING_START");
  ASSERT_TRUE(rest_.wait_for(3));
  EXPECT_EQ(rest_.requests()[1].method, "DELETE");
  EXPECT_EQ(rest_.requests()[2].route, "/webhooks/{}/{token}");
  EXPECT_NE(rest_.requests()[2].json.find(R"("flags":64)"), std::string::npos);
}

TEST_F(PluginHost, SendsAnswersOneAfterTheOther) {
  start_with({"calm"});
  rest_.hold();
  command("private");
  ASSERT_TRUE(rest_.wait_for(1));
  EXPECT_NE(rest_.requests()[0].json.find(R"("type":5)"), std::string::npos);
  EXPECT_TRUE(reaches("discern_plugin_handler_seconds", "calm,command", 1));
  EXPECT_EQ(rest_.count(), 1u) << "the edit waits for the deferral to be accepted";
  rest_.let_go();
  ASSERT_TRUE(rest_.wait_for(2));
  EXPECT_EQ(rest_.requests()[1].method, "PATCH");
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,done", 1));
}

TEST_F(PluginHost, TellsThePluginWhatBecameOfARequest) {
  start_with({"calm"});
  rest_.refuse("POST /channels/{}/messages");
  command("send");
  ASSERT_TRUE(rest_.wait_for(2));
  EXPECT_EQ(rest_.requests()[0].parameters, std::vector<std::string>{"42"});
  EXPECT_NE(rest_.requests()[1].json.find("not sent: Unknown interaction"), std::string::npos);
}

TEST_F(PluginHost, CountsAnAnswerThatDiscordRefusesAsFailed) {
  start_with({"calm"});
  rest_.refuse("POST /interactions/{}/{token}/callback");
  command("calm");
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,failed", 1));
}

TEST_F(PluginHost, LoadsTheFirstPartyPluginsAndTheExample) {
  for (const char* id : {"ping", "trivia", "activity", "demo"})
    add(id, DISCERN_FIRST_PARTY_PLUGINS);
  add("my-plugin", DISCERN_EXAMPLE_PLUGINS);
  start();
  for (const char* id : {"ping", "trivia", "activity", "my-plugin"}) {
    EXPECT_EQ(status(id).state, "enabled") << id << ": " << status(id).message;
  }
  EXPECT_EQ(status("demo").state, "") << "the demonstration is for demo mode";
  EXPECT_EQ(host_->intents(), discord::intent::kGuilds | discord::intent::kGuildMessages);
  EXPECT_EQ(host_->who_wants(discord::intent::kGuildMessages),
            std::vector<std::string>{"activity"});

  command("trivia play",
          R"({"options":[{"type":1,"name":"play","options":[{"name":"topic","value":"space"}]}]})");
  command("my-command");
  event("MESSAGE_CREATE", R"({"author":{"id":"1","bot":false}})");
  EXPECT_TRUE(reaches("plugin_trivia_rounds_total", "space", 1));
  EXPECT_TRUE(reaches("plugin_my_plugin_greetings_total", "", 1));
  EXPECT_TRUE(reaches("plugin_activity_messages_seen_total", "", 1));
  EXPECT_EQ(value("discern_discord_commands_total", "my-plugin,my-command"), 1);
}

TEST_F(PluginHost, LoadsTheDemonstrationInDemoMode) {
  options_.demonstration = true;
  add("demo", DISCERN_FIRST_PARTY_PLUGINS);
  start();
  EXPECT_EQ(status("demo").state, "enabled");
  // Every twentieth fails.
  for (int i = 0; i < 100; ++i) command("flaky");
  EXPECT_TRUE(reaches("discern_discord_commands_total", "demo,flaky", 100));
  EXPECT_TRUE(eventually([&] { return value("discern_plugin_errors_total", "demo,command") > 0; }));
  EXPECT_EQ(status("demo").state, "enabled");
}

}  // namespace
}  // namespace discern::plugin::test
