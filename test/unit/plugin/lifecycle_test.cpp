// Enabling, disabling, reloading, dependencies, registration at Discord.

#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

using namespace std::chrono_literals;

TEST_F(PluginHost, DisablesAndEnablesAtRunTime) {
  start_with({"calm"});
  EXPECT_TRUE(wait_for([&](ControlDone done) { host_->disable("calm", done); }).ok());
  EXPECT_EQ(status("calm").state, "disabled");
  EXPECT_FALSE(host_->wants("MESSAGE_CREATE"));
  command("calm");
  ASSERT_TRUE(rest_.wait_for(1));
  EXPECT_NE(rest_.requests()[0].json.find("switched off"), std::string::npos);
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,disabled", 1));
  EXPECT_FALSE(host_->commands().empty()) << "its commands stay registered";

  EXPECT_TRUE(wait_for([&](ControlDone done) { host_->enable("calm", done); }).ok());
  EXPECT_EQ(status("calm").state, "enabled");
  command("calm");
  ASSERT_TRUE(rest_.wait_for(2));
  EXPECT_EQ(value("discern_plugin_switches_total", "calm,enabled"), 1);
  EXPECT_EQ(value("discern_plugin_switches_total", "calm,disabled"), 1);
  EXPECT_EQ(host_->pinned(), 0u) << "its code was unmapped";
}

TEST_F(PluginHost, ReloadsAndKeepsCounting) {
  start_with({"calm"});
  for (int i = 1; i <= 5; ++i) {
    command("count");
    ASSERT_TRUE(reaches("plugin_calm_used_total", "a", 2 * i));
    ASSERT_TRUE(wait_for([&](ControlDone done) { host_->reload("calm", done); }).ok());
  }
  EXPECT_EQ(host_->pinned(), 0u);
  EXPECT_EQ(value("discern_plugin_switches_total", "calm,disabled"), 0) << "a reload is no switch";
  EXPECT_TRUE(fs::is_empty(options_.private_folder) ||
              std::distance(fs::directory_iterator(options_.private_folder), {}) == 1);
}

TEST_F(PluginHost, RunsTheNewCodeAfterAReload) {
  start_with({"calm"});
  fs::remove(options_.folder / "calm" / "calm.so");
  fs::copy_file(fs::path(DISCERN_TEST_PLUGINS) / "replies-twice" / "replies-twice.so",
                options_.folder / "calm" / "calm.so");
  ASSERT_TRUE(wait_for([&](ControlDone done) { host_->reload("calm", done); }).ok());
  ASSERT_EQ(host_->commands().size(), 1u);
  EXPECT_EQ(host_->commands()[0].name, "twice");
}

TEST_F(PluginHost, SaysThatAPluginIsNotThere) {
  start();
  const Result<void> outcome = wait_for([&](ControlDone done) { host_->enable("ghost", done); });
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().text, "there is no plugin \"ghost\"");
}

TEST_F(PluginHost, LeavesPluginsOffThatTheConfigurationNames) {
  options_.disabled = {"calm"};
  start_with({"calm", "keeper"});
  EXPECT_EQ(status("calm").state, "disabled");
  EXPECT_EQ(status("calm").message, "disabled in the configuration");
  EXPECT_EQ(value("discern_plugin_enabled", "calm"), 0);
  EXPECT_EQ(host_->intents(), 0u) << "only those of enabled plugins are asked for";
}

TEST_F(PluginHost, OverridesConfigurationAndRefusesWrongValues) {
  options_.config["calm"]["greeting"] = {R"("good day")", "discern.toml:7"};
  start_with({"calm"});
  command("calm");
  ASSERT_TRUE(rest_.wait_for(1));
  EXPECT_NE(rest_.requests()[0].json.find("good day ada"), std::string::npos);

  options_.config["calm"] = {{"count", {R"("many")", "discern.toml:8"}}};
  host_.reset();
  start();
  EXPECT_EQ(status("calm").state, "failed");
  EXPECT_EQ(status("calm").message,
            "discern.toml:8: plugin.calm.count = \"many\": it must be a whole number");
}

TEST_F(PluginHost, LoadsWhatAPluginRequiresBeforeIt) {
  add("calm");
  add("keeper");
  write("calm",
        "plugin.toml",
        "id = \"calm\"\nversion = \"1\"\napi = \"1.0\"\nrequires = "
        "[\"keeper\"]\n[config]\ngreeting = \"x\"");
  start();
  EXPECT_EQ(status("calm").state, "enabled");
  EXPECT_TRUE(wait_for([&](ControlDone done) { host_->disable("keeper", done); }).ok());
  EXPECT_TRUE(becomes("calm", "failed"));
  EXPECT_EQ(status("calm").message,
            "plugin \"calm\" requires plugin \"keeper\", which is disabled");
}

TEST_F(PluginHost, NamesDependenciesThatAreMissingOrTurnInACircle) {
  for (const char* id : {"calm", "keeper", "flooder"}) add(id);
  write("calm",
        "plugin.toml",
        "id = \"calm\"\nversion = \"1\"\napi = \"1.0\"\nrequires = [\"ghost\"]");
  write("keeper",
        "plugin.toml",
        "id = \"keeper\"\nversion = \"1\"\napi = \"1.0\"\nrequires = [\"flooder\"]");
  write("flooder",
        "plugin.toml",
        "id = \"flooder\"\nversion = \"1\"\napi = \"1.0\"\nrequires = [\"keeper\"]");
  start();
  EXPECT_EQ(status("calm").message,
            "plugin \"calm\" requires plugin \"ghost\", which is not there");
  EXPECT_EQ(status("keeper").message,
            "plugin \"keeper\" requires itself, by way of the plugins it requires");
  EXPECT_EQ(status("flooder").state, "failed");
}

TEST_F(PluginHost, RegistersCommandsOnceWhenTheGatewayIsReady) {
  std::mutex mutex;
  std::vector<std::string> registered;
  options_.register_commands = [&](discord::ApplicationId application, std::string json, auto) {
    const std::lock_guard lock(mutex);
    registered.push_back(application.text() + " " + json);
  };
  const auto count = [&] {
    const std::lock_guard lock(mutex);
    return registered.size();
  };
  start_with({"keeper", "replies-twice"});
  host_->on_ready({77});
  ASSERT_TRUE(eventually([&] { return count() == 1; }));
  EXPECT_EQ(registered[0], "77 " + host_->commands_json());
  EXPECT_NE(registered[0].find(R"("name":"whisper")"), std::string::npos);
  host_->on_ready({77});
  ASSERT_TRUE(wait_for([&](ControlDone done) { host_->reload("keeper", done); }).ok());
  ASSERT_TRUE(wait_for([&](ControlDone done) { host_->disable("keeper", done); }).ok());
  EXPECT_EQ(count(), 1u) << "nothing changed for Discord";
}

TEST_F(PluginHost, AnswersWhatAPluginHeldWhenItGoes) {
  start_with({"keeper"});
  command("keep");
  ASSERT_TRUE(reaches("discern_plugin_handler_seconds", "keeper,command", 1));
  ASSERT_TRUE(wait_for([&](ControlDone done) { host_->disable("keeper", done); }).ok());
  ASSERT_TRUE(rest_.wait_for(1));
  EXPECT_TRUE(reaches("discern_discord_interactions_total", "command,failed", 1));
}

TEST_F(PluginHost, AccountsForTheProcessorTimeOfEachThread) {
  start_with({"calm", "flooder"});
  for (int i = 0; i < 20; ++i) command("flood");
  ASSERT_TRUE(reaches("discern_plugin_handler_seconds", "flooder,command", 20));
  host_->sample();
  const double busy = value("discern_plugin_cpu_seconds_total", "flooder");
  EXPECT_GT(busy, 0);
  EXPECT_GT(busy, value("discern_plugin_cpu_seconds_total", "calm"));
  ASSERT_TRUE(wait_for([&](ControlDone done) { host_->disable("flooder", done); }).ok());
  EXPECT_GE(value("discern_plugin_cpu_seconds_total", "flooder"), busy) << "the last of it is kept";
}

TEST_F(PluginHost, MeasuresHowLongEachLoopLetsWorkWait) {
  start_with({"calm"});
  advance(1s);
  EXPECT_TRUE(reaches("discern_loop_delay_seconds", "p:calm", 1));
}

}  // namespace
}  // namespace discern::plugin::test
