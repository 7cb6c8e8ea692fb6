// Reloads that are refused, come at a bad time, or bring other needs.

#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

using namespace std::chrono_literals;

class PluginReload : public PluginHost {
 protected:
  void TearDown() override {
    if (!gate_.empty()) fs::remove(gate_);
    host_.reset();
  }
  // The sleeper does not come back from `hook` ("init", "stop") until the gate opens.
  void close_gate(const std::string& hook) {
    gate_ = folder_.path() / "gate";
    std::ofstream(gate_) << "closed";
    options_.config["sleeper"] = {{"gate", {"\"" + gate_.string() + "\"", "test"}},
                                  {"sleep_in_init", {hook == "init" ? "true" : "false", "test"}},
                                  {"hook", {hook == "init" ? "\"\"" : "\"" + hook + "\"", "test"}}};
  }
  void open_gate() { fs::remove(gate_); }
  void write_manifest(const std::string& id, const std::string& more) {
    write(id, "plugin.toml", "id = \"" + id + "\"\nversion = \"2\"\napi = \"1.0\"\n" + more);
  }
  void replace(const std::string& id, const std::string& by) {
    const fs::path to = options_.folder / id / (id + ".so");
    fs::remove(to);
    fs::copy_file(fs::path(DISCERN_TEST_PLUGINS) / by / (by + ".so"), to);
  }
  Result<void> ask(Control what, const std::string& id) {
    return wait_for([&](ControlDone done) { host_->control(id, what, std::move(done)); });
  }
  // For what is answered later: whether it was.
  std::shared_ptr<std::atomic<int>> ask_later(Control what, const std::string& id) {
    auto answers = std::make_shared<std::atomic<int>>(0);
    host_->control(id, what, [answers](Result<void>) { ++*answers; });
    return answers;
  }
  // Those since it was last asked, or a value was.
  std::vector<std::string> marks() {
    std::vector<std::string> found;
    const auto snapshot = registry_.snapshot(clock_.system_now(), clock_.steady_now());
    for (const auto& event : snapshot->events()) found.push_back(event.kind + ": " + event.text);
    return found;
  }

  fs::path gate_;
};

TEST_F(PluginReload, OneThatIsRefusedSwitchesThePluginOff) {
  start_with({"calm"});
  (void)marks();
  write("calm", "plugin.toml", "id = ");
  EXPECT_FALSE(ask(Control::Reload, "calm").ok());
  EXPECT_EQ(status("calm").state, "failed");
  EXPECT_EQ(marks(), std::vector<std::string>{"disable: plugin calm disabled"});
  EXPECT_EQ(value("discern_plugin_enabled", "calm"), 0);
  EXPECT_EQ(value("discern_plugin_switches_total", "calm,disabled"), 1);
  add("calm");
  ASSERT_TRUE(ask(Control::Enable, "calm").ok());
  EXPECT_EQ(marks(), std::vector<std::string>{"enable: plugin calm 1.0.0 enabled"});
  EXPECT_EQ(value("discern_plugin_switches_total", "calm,enabled"), 1);
}

TEST_F(PluginReload, OneThatFailsToStartSwitchesThePluginOff) {
  start_with({"calm"});
  replace("calm", "throws-in-init");
  EXPECT_FALSE(ask(Control::Reload, "calm").ok());
  ASSERT_TRUE(reaches("discern_plugin_enabled", "calm", 0));
  EXPECT_EQ(value("discern_plugin_switches_total", "calm,disabled"), 1);
}

TEST_F(PluginReload, DisablingMeanwhileIsASwitch) {
  close_gate("stop");
  start_with({"sleeper"});
  ASSERT_EQ(status("sleeper").state, "enabled") << status("sleeper").message;
  (void)marks();
  const auto reloaded = ask_later(Control::Reload, "sleeper");
  ASSERT_TRUE(becomes("sleeper", "loading"));
  const auto disabled = ask_later(Control::Disable, "sleeper");
  ASSERT_TRUE(becomes("sleeper", "disabled"));
  open_gate();
  ASSERT_TRUE(eventually([&] { return *disabled == 1; }));
  EXPECT_EQ(marks(), std::vector<std::string>{"disable: plugin sleeper disabled"});
  EXPECT_EQ(value("discern_plugin_enabled", "sleeper"), 0);
  EXPECT_EQ(value("discern_plugin_switches_total", "sleeper,disabled"), 1);
  ASSERT_TRUE(ask(Control::Enable, "sleeper").ok());
  EXPECT_EQ(marks(), std::vector<std::string>{"enable: plugin sleeper 1.0.0 enabled"});
}

TEST_F(PluginReload, DuringTheFirstLoadRunsTheNewCodeBeforeItIsAnswered) {
  close_gate("init");
  options_.init_limit = 50ms;
  start_with({"sleeper"});
  ASSERT_TRUE(becomes("sleeper", "loading"));
  const auto reloaded = ask_later(Control::Reload, "sleeper");
  // An answer to a later request: the reload has been taken up.
  EXPECT_FALSE(ask(Control::Enable, "nobody").ok());
  replace("sleeper", "calm");
  write_manifest("sleeper", "[config]\ngate = \"\"\nhook = \"\"\nsleep_in_init = false\n");
  open_gate();
  ASSERT_TRUE(eventually([&] { return *reloaded == 1; }));
  EXPECT_EQ(status("sleeper").state, "enabled") << status("sleeper").message;
  EXPECT_EQ(status("sleeper").version, "2");
  EXPECT_EQ(status("sleeper").generations, 2u);
  EXPECT_EQ(marks(), std::vector<std::string>{"reload: plugin sleeper 1.0.0 -> 2 reloaded"});
  EXPECT_EQ(value("discern_plugin_switches_total", "sleeper,enabled"), 0);
  EXPECT_EQ(value("discern_plugin_loads_total", "sleeper,reload"), 1);
}

TEST_F(PluginReload, HelpsOneThatHangsInInit) {
  close_gate("init");
  options_.init_limit = 50ms;
  options_.stop_limit = 100ms;
  options_.time_budget = 10ms;
  start_with({"sleeper"});
  ASSERT_TRUE(eventually([&] {
    advance(20ms);
    const PluginStatus now = status("sleeper");
    return !now.message.empty() && now.stuck && now.stuck->handler == "init";
  }));
  ASSERT_TRUE(reaches("discern_plugin_errors_total", "sleeper,init", 1));
  const Result<void> again = ask(Control::Enable, "sleeper");
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().kind, Errc::Timeout);
  replace("sleeper", "calm");
  const auto reloaded = ask_later(Control::Reload, "sleeper");
  ASSERT_TRUE(eventually([&] {
    advance(40ms);
    return host_->pinned() == 1;
  })) << "the thread that hangs is left alone";
  // No more time passes: the new code has its own 50 ms to start.
  ASSERT_TRUE(eventually([&] { return *reloaded == 1; }));
  EXPECT_EQ(status("sleeper").state, "enabled") << status("sleeper").message;
  command("calm");
  EXPECT_TRUE(rest_.wait_for(1));
}

TEST_F(PluginReload, AsksWhatTheNewVersionNeeds) {
  start_with({"calm", "keeper"});
  write_manifest("calm", "requires = [\"ghost\"]\n[config]\ngreeting = \"x\"\n");
  const Result<void> lacking = ask(Control::Reload, "calm");
  ASSERT_FALSE(lacking.ok());
  EXPECT_EQ(lacking.error().text, "plugin \"calm\" requires plugin \"ghost\", which is not there");
  write_manifest("calm", "requires = [\"keeper\"]\n[config]\ngreeting = \"x\"\n");
  ASSERT_TRUE(ask(Control::Reload, "calm").ok()) << "it needs no ghost any more";
  write_manifest("keeper", "requires = [\"calm\"]\n");
  const Result<void> circle = ask(Control::Reload, "keeper");
  ASSERT_FALSE(circle.ok());
  EXPECT_EQ(circle.error().text,
            "plugin \"keeper\" requires itself, by way of the plugins it requires");
  write_manifest("keeper", "");
  ASSERT_TRUE(ask(Control::Reload, "keeper").ok());
  EXPECT_TRUE(becomes("calm", "enabled")) << "it comes back with what it requires";
}

TEST_F(PluginReload, OfAPluginThatFailedAtTheStartLacksNoIntents) {
  add("calm");
  write_manifest("calm", "intents = [\"GUILD_MESSAGES\"]\n[config]\ngreeting = \"x\"\n");
  replace("calm", "throws-in-init");
  start();
  ASSERT_EQ(status("calm").state, "failed");
  replace("calm", "calm");
  ASSERT_TRUE(ask(Control::Reload, "calm").ok());
  EXPECT_EQ(status("calm").message, "") << "the connection was opened with what it asks for";
}

TEST_F(PluginReload, SettingsThatAreReadAgainAreHeldAgainstTheNewVersion) {
  start_with({"calm"});
  write_manifest("calm", "[config]\ngreeting = \"x\"\nlanguage = \"en\"\n");
  host_->renew({{"calm", {{"language", {"\"de\"", "discern.toml:4"}}}}});
  ASSERT_TRUE(eventually([&] { return status("calm").version == "2"; }));
  EXPECT_TRUE(becomes("calm", "enabled"));
  // What runs is not taken down for a typing error, in either file.
  write("calm", "plugin.toml", "id = ");
  host_->renew({});
  ASSERT_FALSE(ask(Control::Enable, "nobody").ok());
  EXPECT_EQ(status("calm").state, "enabled");
  write_manifest("calm", "[config]\ngreeting = \"x\"\n");
  host_->renew({{"calm", {{"language", {"\"de\"", "discern.toml:4"}}}}});
  ASSERT_FALSE(ask(Control::Enable, "nobody").ok());
  EXPECT_EQ(status("calm").state, "enabled");
  EXPECT_EQ(status("calm").generations, 2u);
}

TEST_F(PluginReload, SettingsReachAPluginThatIsJustLoading) {
  close_gate("init");
  options_.init_limit = 50ms;
  start_with({"sleeper"});
  ASSERT_TRUE(becomes("sleeper", "loading"));
  std::map<std::string, ConfigValues> config = options_.config;
  config["sleeper"]["hook"] = {"\"event\"", "test"};
  host_->renew(config);
  ASSERT_FALSE(ask(Control::Enable, "nobody").ok());
  open_gate();
  ASSERT_TRUE(eventually([&] { return host_->wants("MESSAGE_CREATE"); }));
  EXPECT_EQ(status("sleeper").generations, 2u);
  host_->renew(config);
  ASSERT_FALSE(ask(Control::Enable, "nobody").ok());
  EXPECT_EQ(status("sleeper").generations, 2u) << "nothing changed";
}

TEST_F(PluginReload, SettingsThatAreReadAgainForgetAPluginWhoseFolderIsGone) {
  start_with({"calm", "keeper"});
  fs::remove_all(options_.folder / "calm");
  host_->renew({});
  EXPECT_TRUE(eventually([&] { return host_->plugins().size() == 1; })) << status("calm").message;
  for (const CommandStatus& known : host_->commands()) EXPECT_EQ(known.plugin, "keeper");
}

}  // namespace
}  // namespace discern::plugin::test
