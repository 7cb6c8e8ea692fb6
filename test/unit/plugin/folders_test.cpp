// What is found in the plugin folders, and who waits while they are read.

#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

using namespace std::chrono_literals;

class PluginFolders : public PluginHost {};

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
  EXPECT_EQ(host_->commands().size(), 90u);
}

}  // namespace
}  // namespace discern::plugin::test
