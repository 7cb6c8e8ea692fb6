// Plugins that misbehave: each gets a clear message and its own count, and the others go on.

#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

using namespace std::chrono_literals;

class HostilePlugin : public PluginHost {
 protected:
  // Holds the sleeper asleep until it is opened.
  void close_gate(bool in_init = false) {
    gate_ = folder_.path() / "gate";
    std::ofstream(gate_) << "closed";
    options_.config["sleeper"]["gate"] = {"\"" + gate_.string() + "\"", "test"};
    options_.config["sleeper"]["sleep_in_init"] = {in_init ? "true" : "false", "test"};
  }
  void open_gate() { fs::remove(gate_); }
  void TearDown() override {
    if (!gate_.empty()) open_gate();
    host_.reset();
  }
  void expect_calm_answers() {
    const std::size_t before = rest_.count();
    command("calm");
    ASSERT_TRUE(rest_.wait_for(before + 1));
    EXPECT_EQ(rest_.requests().back().plugin, "calm");
  }
  fs::path gate_;
};

TEST_F(HostilePlugin, SaysInOneSentenceWhyItWasNotLoaded) {
  for (const char* id :
       {"calm", "wrong-api", "no-entry", "not-a-library", "bad-manifest", "throws-in-init"})
    add(id);
  write("old", "plugin.toml", "id = \"old\"\nversion = \"1\"\napi = \"7.0\"");
  write("empty", "plugin.toml", "id = \"empty\"\nversion = \"1\"\napi = \"1.0\"");
  write("twin", "plugin.toml", "id = \"calm\"\nversion = \"1\"\napi = \"1.0\"");
  write("no_entry", "plugin.toml", "id = \"no_entry\"\nversion = \"1\"\napi = \"1.0\"");
  start();
  const std::map<std::string, std::string> expected = {
      {"wrong-api",
       "plugin \"wrong-api\" needs plugin API 99.0, this host offers 1.0; build it against this "
       "host's headers"},
      {"old",
       "plugin \"old\" needs plugin API 7.0, this host offers 1.0; build it against this host's "
       "headers"},
      {"no-entry",
       "plugin \"no-entry\": no-entry.so has no discern_plugin_entry; write "
       "DISCERN_PLUGIN(YourClass) once in it"},
      {"not-a-library",
       "plugin \"not-a-library\": not-a-library.so is not a shared library: it does not begin like "
       "an ELF file"},
      {"bad-manifest",
       "bad-manifest/plugin.toml:4: \"GUILD_MESAGES\" is not a gateway intent; write Discord's "
       "name, like GUILD_MESSAGES"},
      {"throws-in-init",
       "plugin \"throws-in-init\" failed to start: std::invalid_argument: no coffee"},
      {"empty", "plugin \"empty\": there is no empty.so beside its plugin.toml"},
      {"twin", "folder twin has the id \"calm\" of folder calm; give one of them another id"},
      {"no_entry",
       "folder no_entry has metric names equal to those of \"no-entry\" in folder no-entry; give "
       "one of them another id"},
  };
  for (const auto& [id, message] : expected) {
    EXPECT_EQ(status(id).state, "failed") << id;
    EXPECT_EQ(status(id).message, message);
    EXPECT_EQ(value("discern_plugin_enabled", id), 0) << id;
  }
  for (const auto& [id, message] : expected) {
    const std::string kind = id == "throws-in-init" ? "init" : "load";
    EXPECT_EQ(value("discern_plugin_errors_total", id + "," + kind), 1) << id;
  }
  EXPECT_EQ(value("discern_plugin_errors_total", "throws-in-init,stop"), -1)
      << "what never began is not stopped";
  expect_calm_answers();
}

TEST_F(HostilePlugin, IsFencedWhereverItThrows) {
  start_with({"calm", "thrower"});
  command("throw");
  ASSERT_TRUE(rest_.wait_for(1));
  EXPECT_NE(rest_.requests()[0].json.find("Something went wrong"), std::string::npos);
  command("odd");
  command("report");
  event("MESSAGE_CREATE");
  ASSERT_TRUE(reaches("discern_plugin_errors_total", "thrower,event", 1));
  advance(6s);
  EXPECT_TRUE(reaches("discern_plugin_errors_total", "thrower,timer", 1));
  EXPECT_EQ(value("discern_plugin_errors_total", "thrower,command"), 3);
  EXPECT_EQ(value("discern_plugin_errors_total", "thrower,reported"), -1)
      << "reported and thrown is one error";
  EXPECT_EQ(value("discern_discord_command_errors_total", "thrower,throw"), 1);
  EXPECT_EQ(value("discern_discord_interactions_total", "command,failed"), 3);
  expect_calm_answers();
  EXPECT_TRUE(wait_for([&](ControlDone done) { host_->disable("thrower", done); }).ok());
  EXPECT_EQ(value("discern_plugin_errors_total", "thrower,stop"), 1);
}

TEST_F(HostilePlugin, IsFencedWhenItThrowsThroughTheBoundary) {
  start_with({"throws-raw"});
  ASSERT_EQ(status("throws-raw").state, "enabled") << status("throws-raw").message;
  command("raw");
  EXPECT_TRUE(reaches("discern_plugin_errors_total", "throws-raw,command", 1));
  EXPECT_EQ(status("throws-raw").state, "enabled");
}

TEST_F(HostilePlugin, IsNamedWhileItIsStuckAndDelaysNobodyElse) {
  close_gate();
  start_with({"calm", "sleeper"});
  command("nap");
  ASSERT_TRUE(eventually([&] { return host_->plugins()[1].queue_depth == 0; }));
  ASSERT_TRUE(eventually([&] {
    advance(300ms);
    return status("sleeper").stuck.has_value();
  }));
  EXPECT_EQ(status("sleeper").stuck->handler, "command nap");
  expect_calm_answers();
  advance(2s);
  EXPECT_EQ(status("sleeper").state, "stuck");
  EXPECT_GT(status("sleeper").stuck->seconds, 2.0);
  EXPECT_TRUE(reaches("discern_plugin_stalls_total", "sleeper", 1)) << "counted while it is stuck";
  EXPECT_TRUE(becomes("calm", "enabled"));
  // The calm answer, and the deferral that the host sent in the sleeper's place.
  ASSERT_TRUE(rest_.wait_for(2));
  open_gate();
  EXPECT_TRUE(becomes("sleeper", "enabled"));
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,late", 1));
  EXPECT_EQ(value("discern_plugin_stalls_total", "sleeper"), 1);
}

TEST_F(HostilePlugin, IsAnsweredForWhenItsPageHangs) {
  close_gate();
  start_with({"calm", "sleeper"});
  std::atomic<int> answered{0};
  host_->serve("sleeper", {"GET", "/nap", "", "", {}}, [&](RouteResponse response) {
    answered = response.status;
  });
  ASSERT_TRUE(eventually([&] {
    advance(1s);
    return answered.load() != 0;
  }));
  EXPECT_EQ(answered.load(), 504);
  EXPECT_EQ(status("sleeper").stuck->handler, "route /nap");
  expect_calm_answers();
}

TEST_F(HostilePlugin, HasABoundedQueueAndPeopleAreTold) {
  close_gate();
  options_.queue_limit = 3;
  start_with({"sleeper"});
  command("nap");
  ASSERT_TRUE(eventually([&] { return status("sleeper").queue_depth == 0; }));
  for (int i = 0; i < 5; ++i) command("nap");
  EXPECT_EQ(value("discern_plugin_dropped_total", "sleeper,command"), 2);
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,dropped", 2));
  EXPECT_NE(rest_.requests()[0].json.find("too much going on"), std::string::npos);
  EXPECT_EQ(value("discern_discord_commands_total", "sleeper,nap"), 6)
      << "they were used all the same";
}

TEST_F(HostilePlugin, IsAbandonedWhenItDoesNotComeBack) {
  close_gate();
  options_.stop_limit = 2s;
  start_with({"calm", "sleeper"});
  command("nap");
  ASSERT_TRUE(eventually([&] {
    advance(300ms);
    return status("sleeper").stuck.has_value();
  }));
  std::optional<Result<void>> outcome;
  std::mutex mutex;
  host_->disable("sleeper", [&](Result<void> done) {
    const std::lock_guard lock(mutex);
    outcome = std::move(done);
  });
  ASSERT_TRUE(eventually([&] {
    advance(100ms);
    const std::lock_guard lock(mutex);
    return outcome.has_value();
  }));
  EXPECT_EQ(status("sleeper").state, "disabled");
  EXPECT_EQ(host_->pinned(), 1u);
  expect_calm_answers();
  // A new generation runs beside the thread that is lost, from a copy of its own.
  open_gate();
  EXPECT_TRUE(wait_for([&](ControlDone done) { host_->enable("sleeper", done); }).ok());
  command("nap");
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,done", 2));
  EXPECT_EQ(host_->stop(), 1u);
}

TEST_F(HostilePlugin, DoesNotHoldUpTheStartWhenItHangsInInit) {
  close_gate(true);
  options_.init_limit = 50ms;
  start_with({"calm", "sleeper"});
  ASSERT_TRUE(becomes("sleeper", "loading"));
  ASSERT_TRUE(becomes("calm", "enabled"));
  ASSERT_TRUE(eventually([&] {
    advance(2s);
    const PluginStatus now = status("sleeper");
    return now.state == "stuck" && now.stuck->handler == "init";
  }));
  EXPECT_TRUE(reaches("discern_plugin_errors_total", "sleeper,init", 1));
  EXPECT_NE(status("sleeper").message.find("has not come back from init"), std::string::npos);
  expect_calm_answers();
  open_gate();
  EXPECT_TRUE(becomes("sleeper", "enabled")) << "it may come later";
}

TEST_F(HostilePlugin, CannotFloodTheMetrics) {
  start_with({"calm", "flooder"});
  command("flood");
  ASSERT_TRUE(reaches("discern_discord_interactions_total", "command,done", 1));
  EXPECT_EQ(value("plugin_flooder_flood_total", "other"), 4001);
  const metrics::SnapshotPtr snapshot =
      registry_.snapshot(clock_.system_now(), clock_.steady_now());
  EXPECT_EQ(snapshot->find_family("plugin_flooder_flood_total")->series.size(), 1001u);
}

TEST_F(HostilePlugin, CannotAnswerTwice) {
  start_with({"replies-twice"});
  command("twice");
  EXPECT_TRUE(reaches("discern_plugin_errors_total", "replies-twice,command", 1));
  ASSERT_TRUE(rest_.wait_for(2));
  EXPECT_NE(rest_.requests()[0].json.find("one"), std::string::npos);
  EXPECT_NE(rest_.requests()[1].json.find("Something went wrong"), std::string::npos);
  EXPECT_EQ(rest_.requests()[1].route, "/webhooks/{}/{token}") << "as a follow-up of the host";
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,failed", 1));
  EXPECT_EQ(rest_.count(), 2u);
}

TEST_F(HostilePlugin, IsAnsweredForWhenItSaysNothing) {
  start_with({"replies-never"});
  command("silent");
  command("thinking");
  ASSERT_TRUE(rest_.wait_for(3));
  EXPECT_NE(rest_.requests()[0].json.find("gave no answer"), std::string::npos);
  EXPECT_EQ(rest_.requests()[1].json, R"({"type":5})");
  EXPECT_EQ(rest_.requests()[2].method, "PATCH");
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,failed", 2));
  EXPECT_EQ(value("discern_plugin_errors_total", "replies-never,command"), 2);
}

TEST_F(HostilePlugin, IsCountedWhenItLetsGoOfWhatItKept) {
  start_with({"keeper"});
  command("keep");
  ASSERT_TRUE(reaches("discern_plugin_handler_seconds", "keeper,command", 1));
  event("CHANNEL_CREATE");
  ASSERT_TRUE(rest_.wait_for(1));
  EXPECT_NE(rest_.requests()[0].json.find("gave no answer"), std::string::npos);
  EXPECT_TRUE(reaches("discern_plugin_errors_total", "keeper,command", 1));
}

TEST_F(HostilePlugin, MayUnregisterWhatRuns) {
  start_with({"unregisters"});
  command("once");
  event("MESSAGE_CREATE");
  event("MESSAGE_CREATE");
  ASSERT_TRUE(reaches("discern_discord_interactions_total", "command,done", 1));
  ASSERT_TRUE(reaches("plugin_unregisters_seen_total", "", 1));
  advance(1s);
  ASSERT_TRUE(reaches("plugin_unregisters_seen_total", "", 2));
  advance(5s);
  ASSERT_TRUE(eventually([&] { return host_->commands().empty(); }));
  command("once");
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,unknown", 1));
  EXPECT_EQ(value("plugin_unregisters_seen_total"), 2);
}

TEST_F(HostilePlugin, IsDisabledForAWhileWhenItKeepsFailing) {
  options_.faults.faults = 5;
  options_.faults.first_pause = 60s;
  start_with({"calm", "thrower"});
  for (int i = 0; i < 5; ++i) event("MESSAGE_CREATE");
  ASSERT_TRUE(becomes("thrower", "failed"));
  EXPECT_EQ(status("thrower").message,
            "disabled for 60 s after repeated failures, the last in event MESSAGE_CREATE");
  EXPECT_EQ(status("calm").state, "enabled");
  ASSERT_TRUE(eventually(
      [&] { return host_->pinned() == 0 && value("discern_plugin_enabled", "thrower") == 0; }));
  advance(61s);
  EXPECT_TRUE(becomes("thrower", "enabled"));
  EXPECT_EQ(value("discern_plugin_switches_total", "thrower,enabled"), 1);
  EXPECT_EQ(value("discern_plugin_switches_total", "thrower,disabled"), 1);
}

TEST_F(HostilePlugin, CannotTakeACommandOfAnother) {
  add("calm");
  write("zcalm",
        "plugin.toml",
        "id = \"zcalm\"\nversion = \"1\"\napi = \"1.0\"\n[config]\ngreeting = \"x\"");
  fs::copy_file(fs::path(DISCERN_TEST_PLUGINS) / "calm" / "calm.so",
                options_.folder / "zcalm" / "zcalm.so");
  start();
  const std::string a = status("calm").state;
  const std::string z = status("zcalm").state;
  EXPECT_TRUE((a == "enabled") != (z == "enabled")) << a << " " << z;
  const std::string loser = a == "enabled" ? "zcalm" : "calm";
  EXPECT_NE(status(loser).message.find("belongs to plugin"), std::string::npos)
      << status(loser).message;
}

}  // namespace
}  // namespace discern::plugin::test
