// What an operator asks for, over restarts; files that change; finding faults before loading.

#include "plugin/check.hpp"
#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

using namespace std::chrono_literals;

class PluginControl : public PluginHost {
 protected:
  PluginControl() { options_.book_file = folder_.path() / "plugins.json"; }
  Result<void> ask(Control what, const std::string& id) {
    return wait_for([&](ControlDone done) { host_->control(id, what, std::move(done)); });
  }
  // As after an upgrade: other files under the same id.
  void replace(const std::string& id, const std::string& by) {
    const fs::path to = options_.folder / id / (id + ".so");
    fs::remove(to);
    fs::copy_file(fs::path(DISCERN_TEST_PLUGINS) / by / (by + ".so"), to);
  }
  void restart() {
    host_.reset();
    start();
  }
  // What Discord is told when the bot is there, each time it is told something.
  void watch_commands() {
    options_.register_commands = [this](discord::ApplicationId, std::string json, auto done) {
      {
        const std::lock_guard lock(commands_mutex_);
        told_.push_back(std::move(json));
      }
      done(discord_is_there_);
    };
  }
  std::vector<std::string> told() {
    const std::lock_guard lock(commands_mutex_);
    return told_;
  }
  // Restarts, and waits until Discord knows.
  std::string commands_after_restart() {
    host_.reset();
    const std::size_t before = told().size();
    start();
    host_->on_ready(discord::ApplicationId{77});
    EXPECT_TRUE(eventually([&] { return told().size() > before; }));
    return told().back();
  }
  // What a person reads who uses `command`.
  std::string answer_to(const std::string& name) {
    const std::size_t before = rest_.count();
    command(name);
    EXPECT_TRUE(rest_.wait_for(before + 1));
    return rest_.requests().back().json;
  }

  std::atomic<bool> discord_is_there_{true};
  std::mutex commands_mutex_;
  std::vector<std::string> told_;
};

TEST_F(PluginControl, WhatTheOperatorSwitchedStaysSwitchedAfterARestart) {
  options_.disabled = {"keeper"};
  start_with({"calm", "keeper"});
  ASSERT_TRUE(ask(Control::Disable, "calm").ok());
  ASSERT_TRUE(ask(Control::Enable, "keeper").ok());
  restart();
  EXPECT_EQ(status("calm").state, "disabled");
  EXPECT_EQ(status("calm").message, "disabled by the operator");
  EXPECT_EQ(status("keeper").state, "enabled") << "a later wish wins over the configuration";
  ASSERT_TRUE(ask(Control::Enable, "calm").ok());
  restart();
  EXPECT_EQ(status("calm").state, "enabled");
}

TEST_F(PluginControl, CommandsOfADisabledPluginStayOverRestartsAndSayThatTheyAreOff) {
  watch_commands();
  add("calm");
  add("keeper");
  const std::string both = commands_after_restart();
  EXPECT_NE(both.find("\"calm\""), std::string::npos) << both;
  ASSERT_TRUE(ask(Control::Disable, "calm").ok());
  EXPECT_EQ(commands_after_restart(), both) << "Discord is told nothing new";
  EXPECT_EQ(status("calm").state, "disabled");
  EXPECT_NE(answer_to("calm").find("switched off"), std::string::npos);
  write("calm", "plugin.toml", "id = ");
  EXPECT_EQ(commands_after_restart(), both);
  EXPECT_EQ(status("calm").state, "failed");
  EXPECT_NE(answer_to("calm").find("does not work at the moment"), std::string::npos);
  EXPECT_EQ(host_->plugins().size(), 2u);
}

TEST_F(PluginControl, CommandsAreOfferedAgainWhenDiscordDidNotTakeThem) {
  watch_commands();
  discord_is_there_ = false;
  add("calm");
  const std::string all = commands_after_restart();
  for (std::size_t tries = 2; tries <= 4; ++tries) {
    ASSERT_TRUE(eventually([&] {
      advance(15s);
      return told().size() >= tries;
    }));
    EXPECT_EQ(told().back(), all);
  }
  discord_is_there_ = true;
  const std::size_t before = told().size();
  ASSERT_TRUE(eventually([&] {
    advance(60s);
    return told().size() > before;
  }));
  ASSERT_TRUE(ask(Control::Reload, "calm").ok());
  advance(2h);
  ASSERT_TRUE(ask(Control::Reload, "calm").ok());
  EXPECT_EQ(told().size(), before + 1) << "they are there now";
}

TEST_F(PluginControl, CommandsOfARemovedPluginGo) {
  watch_commands();
  add("calm");
  add("keeper");
  (void)commands_after_restart();
  ASSERT_TRUE(ask(Control::Disable, "calm").ok());
  host_.reset();
  fs::rename(options_.folder / "calm", folder_.path() / "elsewhere");
  EXPECT_EQ(commands_after_restart().find("\"calm\""), std::string::npos);
  host_.reset();
  fs::rename(folder_.path() / "elsewhere", options_.folder / "calm");
  EXPECT_EQ(commands_after_restart().find("\"calm\""), std::string::npos) << "still disabled";

  // While the host runs: a plugin goes when it is disabled and its folder is gone.
  ASSERT_TRUE(ask(Control::Enable, "calm").ok());
  ASSERT_TRUE(eventually([&] { return told().back().find("\"calm\"") != std::string::npos; }));
  fs::remove_all(options_.folder / "calm");
  ASSERT_TRUE(ask(Control::Disable, "calm").ok());
  EXPECT_TRUE(eventually([&] { return told().back().find("\"calm\"") == std::string::npos; }));
  EXPECT_EQ(host_->plugins().size(), 1u);
  EXPECT_FALSE(ask(Control::Enable, "calm").ok());
}

TEST_F(PluginControl, APluginWhoseFolderGoesIsForgottenWhileFilesAreWatched) {
  options_.watch_files = true;
  start_with({"calm", "keeper"});
  ASSERT_TRUE(ask(Control::Disable, "keeper").ok());
  fs::remove_all(options_.folder / "keeper");
  fs::remove_all(options_.folder / "calm");
  EXPECT_TRUE(eventually([&] {
    advance(1s);
    return host_->plugins().empty() && host_->commands().empty();
  }));
  add("calm");
  EXPECT_TRUE(eventually([&] {
    advance(1s);
    return status("calm").state == "enabled";
  })) << "it may come back";
}

TEST_F(PluginControl, AnotherPluginMayTakeTheCommandsOfOneThatIsOff) {
  start_with({"calm"});
  ASSERT_TRUE(ask(Control::Disable, "calm").ok());
  write("calm-2", "plugin.toml", "id = \"calm-2\"\nversion = \"1\"\napi = \"1.0\"\n");
  fs::copy_file(fs::path(DISCERN_TEST_PLUGINS) / "calm" / "calm.so",
                options_.folder / "calm-2" / "calm-2.so");
  ASSERT_TRUE(ask(Control::Enable, "calm-2").ok());
  EXPECT_EQ(answer_to("calm").find("switched off"), std::string::npos);
  std::size_t owners = 0;
  for (const CommandStatus& known : host_->commands()) owners += known.name == "calm" ? 1 : 0;
  EXPECT_EQ(owners, 1u);
  const Result<void> back = ask(Control::Enable, "calm");
  ASSERT_FALSE(back.ok());
  EXPECT_NE(back.error().text.find("belongs to plugin \"calm-2\""), std::string::npos);
}

TEST_F(PluginControl, ANewFolderIsFoundWhenItIsNamed) {
  start_with({"keeper"});
  add("calm");
  ASSERT_TRUE(ask(Control::Enable, "calm").ok());
  EXPECT_EQ(status("calm").state, "enabled");
  EXPECT_FALSE(ask(Control::Enable, "../keeper").ok());
  EXPECT_FALSE(ask(Control::Reload, "").ok());
}

TEST_F(PluginControl, WhatRequiresAPluginComesBackWithIt) {
  add("calm");
  add("keeper");
  write("calm",
        "plugin.toml",
        "id = \"calm\"\nversion = \"1\"\napi = \"1.0\"\nrequires = "
        "[\"keeper\"]\n[config]\ngreeting = \"x\"");
  start();
  ASSERT_TRUE(ask(Control::Disable, "keeper").ok());
  ASSERT_TRUE(becomes("calm", "failed"));
  ASSERT_TRUE(ask(Control::Enable, "keeper").ok());
  EXPECT_TRUE(becomes("calm", "enabled"));
  ASSERT_TRUE(ask(Control::Disable, "calm").ok());
  ASSERT_TRUE(ask(Control::Reload, "keeper").ok());
  EXPECT_EQ(status("calm").state, "disabled") << "the operator does not want it";
}

TEST_F(PluginControl, AChangedFileIsLoadedWhenItIsAtRest) {
  options_.watch_files = true;
  start_with({"calm"});
  replace("calm", "replies-twice");
  ASSERT_TRUE(eventually([&] {
    advance(1s);
    return host_->commands().size() == 1 && host_->commands()[0].name == "twice";
  }));
  EXPECT_EQ(status("calm").state, "enabled");
  // A build that failed is said, what runs goes on, and the next build is tried by itself.
  fs::remove(options_.folder / "calm" / "calm.so");
  write("calm", "calm.so", "half of it");
  ASSERT_TRUE(eventually([&] {
    advance(1s);
    return status("calm").message.find("not a shared library") != std::string::npos;
  }));
  EXPECT_EQ(status("calm").state, "enabled");
  EXPECT_EQ(host_->commands()[0].name, "twice");
  replace("calm", "calm");
  EXPECT_TRUE(eventually([&] {
    advance(1s);
    return status("calm").state == "enabled" && host_->commands().size() > 1;
  }));
  add("keeper");
  EXPECT_TRUE(eventually([&] {
    advance(1s);
    return status("keeper").state == "enabled";
  })) << "a new folder is loaded";
  ASSERT_TRUE(ask(Control::Disable, "keeper").ok());
  replace("keeper", "replies-twice");
  for (int i = 0; i < 5; ++i) advance(1s);
  ASSERT_TRUE(ask(Control::Reload, "calm").ok());
  EXPECT_EQ(status("keeper").state, "disabled") << "what the operator disabled stays so";
}

TEST_F(PluginControl, SaysWhenTheConnectionLacksWhatANewPluginAsksFor) {
  start_with({"keeper"});
  write("calm",
        "plugin.toml",
        "id = \"calm\"\nversion = \"1\"\napi = \"1.0\"\nintents = [\"GUILD_MESSAGES\"]");
  fs::copy_file(fs::path(DISCERN_TEST_PLUGINS) / "replies-twice" / "replies-twice.so",
                options_.folder / "calm" / "calm.so");
  ASSERT_TRUE(ask(Control::Enable, "calm").ok());
  EXPECT_EQ(status("calm").state, "enabled");
  EXPECT_NE(status("calm").message.find("GUILD_MESSAGES"), std::string::npos);
  restart();
  EXPECT_EQ(status("calm").message, "");
}

TEST_F(PluginControl, EveryReloadAndChangeOfVersionIsAMark) {
  start_with({"calm"});
  const auto marks = [&] {
    std::vector<std::string> found;
    const auto snapshot = registry_.snapshot(clock_.system_now(), clock_.steady_now());
    for (const auto& event : snapshot->events()) {
      found.push_back(event.kind + ": " + event.text);
    }
    return found;
  };
  (void)marks();
  const auto first = status("calm").changed;
  ASSERT_TRUE(first.has_value());
  advance(60s);
  ASSERT_TRUE(ask(Control::Reload, "calm").ok());
  EXPECT_EQ(marks(), std::vector<std::string>{"reload: plugin calm 1.0.0 reloaded"});
  EXPECT_EQ(status("calm").changed, *first + 60s);
  advance(60s);
  restart();
  (void)marks();
  EXPECT_EQ(status("calm").changed, *first + 60s) << "a restart changes nothing";
  host_.reset();
  write("calm",
        "plugin.toml",
        "id = \"calm\"\nversion = \"1.1.0\"\napi = \"1.0\"\n[config]\ngreeting = \"x\"");
  (void)marks();
  start();
  EXPECT_EQ(marks(), std::vector<std::string>{"version: plugin calm 1.0.0 -> 1.1.0 started"});
  EXPECT_EQ(status("calm").changed, *first + 120s);
}

TEST_F(PluginControl, ThreeCrashesWithinTenMinutesKeepItFromStarting) {
  Book book;
  for (int i = 0; i < 3; ++i) {
    book.add_crash("calm", {clock_.system_now() + i * 1min, "SIGSEGV", "command boom"});
  }
  std::ofstream(options_.book_file) << book.to_json();
  start_with({"calm", "keeper"});
  EXPECT_EQ(status("keeper").state, "enabled");
  EXPECT_EQ(status("calm").state, "failed");
  EXPECT_EQ(status("calm").message,
            "plugin \"calm\" crashed the program three times within ten minutes, the last in "
            "command boom (SIGSEGV); mend it, then enable it");
  ASSERT_TRUE(ask(Control::Enable, "calm").ok());
  restart();
  EXPECT_EQ(status("calm").state, "enabled") << "it was forgiven";
}

TEST_F(PluginControl, FaultsAreFoundWithoutLoadingAnything) {
  for (const char* id : {"calm", "wrong-api", "no-entry", "not-a-library", "bad-manifest"}) add(id);
  add("crashes-on-load");
  options_.disabled = {"calm"};
  std::map<std::string, std::string> problems;
  for (const Finding& finding : examine(options_)) problems[finding.plugin] = finding.problem;
  EXPECT_EQ(problems["calm"], "");
  EXPECT_NE(problems["wrong-api"].find("needs plugin API 99.0"), std::string::npos);
  EXPECT_NE(problems["no-entry"].find("has no discern_plugin_entry"), std::string::npos);
  EXPECT_NE(problems["not-a-library"].find("is not a shared library"), std::string::npos);
  EXPECT_NE(problems["bad-manifest"].find("GUILD_MESAGES"), std::string::npos);
  EXPECT_NE(problems["crashes-on-load"].find("look at its static constructors"), std::string::npos)
      << problems["crashes-on-load"];
  EXPECT_FALSE(fs::exists(options_.private_folder)) << "it touched nothing of a running host";
}

}  // namespace
}  // namespace discern::plugin::test
