// What is found in the plugin folders, and who waits while they are read.

#include <sys/stat.h>

#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

using namespace std::chrono_literals;

class PluginFolders : public PluginHost {};

TEST_F(PluginFolders, ABrokenManifestTakesNobodysPlace) {
  // One of them sorts before the sound plugin, the other behind it.
  for (const char* more : {"a", "z"}) {
    options_.more_folders.push_back(folder_.path() / more);
    fs::create_directories(folder_.path() / more / "calm");
    std::ofstream(folder_.path() / more / "calm" / "plugin.toml") << "id = ";
  }
  options_.more_folders.push_back(folder_.path() / "zz");
  fs::create_directories(folder_.path() / "zz" / "calm");
  std::ofstream(folder_.path() / "zz" / "calm" / "calm.so") << "no manifest beside it";
  start_with({"calm"});
  EXPECT_EQ(status("calm").state, "enabled") << status("calm").message;
  EXPECT_EQ(host_->plugins().size(), 4u);
  for (const char* id : {"calm (2)", "calm (3)", "calm (4)"}) {
    EXPECT_EQ(status(id).state, "failed") << id;
    EXPECT_NE(status(id).message.find("plugin.toml"), std::string::npos) << status(id).message;
  }
  command("calm");
  EXPECT_TRUE(rest_.wait_for(1));
}

// Hangs when it does not.
TEST_F(PluginFolders, TheGatewayDoesNotWaitForADisk) {
  start_with({"calm"});
  // As slow as a disk can be: whoever opens it for reading waits for one who writes.
  const fs::path slow = options_.folder / "slow" / "plugin.toml";
  fs::create_directories(slow.parent_path());
  ASSERT_EQ(::mkfifo(slow.c_str(), 0600), 0);
  std::atomic<bool> answered{false};
  host_->enable("slow", [&](const Result<void>&) { answered = true; });
  std::ofstream writer(slow);  // Returns when the host is reading.
  EXPECT_TRUE(host_->wants("MESSAGE_CREATE"));
  event("MESSAGE_CREATE", R"({"author":{"username":"bob"}})");
  EXPECT_TRUE(reaches("plugin_calm_used_total", "bob", 1));
  command("calm");
  EXPECT_TRUE(rest_.wait_for(1));
  // The watchdog looks after its plugins, too.
  advance(1s);
  EXPECT_TRUE(reaches("discern_loop_delay_seconds", "p:calm", 1));
  EXPECT_FALSE(answered);
  // In this order: it is read once more, and then must not be there.
  fs::remove_all(slow.parent_path());
  writer.close();
  EXPECT_TRUE(eventually([&] { return answered.load(); }));
}

TEST_F(PluginFolders, TwoPluginsNeverGetOneCommand) {
  constexpr int kRacers = 4;
  add("racer");
  for (int n = 2; n <= kRacers; ++n) {
    const std::string id = "racer-" + std::to_string(n);
    write(id, "plugin.toml", "id = \"" + id + "\"\nversion = \"1\"\napi = \"1.0\"\n");
    fs::copy_file(fs::path(DISCERN_TEST_PLUGINS) / "racer" / "racer.so",
                  options_.folder / id / (id + ".so"));
  }
  start();
  event("TYPING_START");
  double won = 0;
  for (int n = 1; n <= kRacers; ++n) {
    const std::string id = n == 1 ? "racer" : "racer-" + std::to_string(n);
    ASSERT_TRUE(reaches("discern_plugin_handler_seconds", id + ",event", 1));
    std::string prefix = id;
    std::replace(prefix.begin(), prefix.end(), '-', '_');
    won += value("plugin_" + prefix + "_won_total");
  }
  EXPECT_EQ(won, 90);
  EXPECT_TRUE(eventually([&] { return host_->commands().size() == 90u; }));
}

}  // namespace
}  // namespace discern::plugin::test
