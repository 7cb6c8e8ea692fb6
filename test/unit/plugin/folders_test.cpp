// What is found in the plugin folders, and who waits while they are read.

#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>

#include <condition_variable>
#include <cstring>
#include <mutex>

#include "unit/plugin/harness.hpp"

namespace discern::plugin::test {
namespace {

// A disk that stands still when a file with this end of its path is opened.
struct SlowDisk {
  std::mutex mutex;
  std::condition_variable moves;
  const char* ending = nullptr;  // Null: it is quick.
  int waiting = 0;
};
SlowDisk disk;

void wait_for_disk(const char* path) {
  std::unique_lock lock(disk.mutex);
  if (disk.ending == nullptr || std::strstr(path, disk.ending) == nullptr) return;
  ++disk.waiting;
  disk.moves.wait(lock, [] { return disk.ending == nullptr; });
}

}  // namespace
}  // namespace discern::plugin::test

// The C library's is called by way of this one in this program.
extern "C" int open(const char* path, int flags, ...) {
  using Open = int (*)(const char*, int, ...);
  static const auto next = reinterpret_cast<Open>(::dlsym(RTLD_NEXT, "open"));
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  discern::plugin::test::wait_for_disk(path);
  return next(path, flags, mode);
}

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

// Hangs when it does.
TEST_F(PluginFolders, TheGatewayDoesNotWaitForADisk) {
  start_with({"calm"});
  write("slow", "plugin.toml", "id = \"slow\"\nversion = \"1\"\napi = \"1.0\"\n");
  {
    const std::lock_guard lock(disk.mutex);
    disk.ending = "/slow/plugin.toml";
  }
  std::atomic<bool> answered{false};
  host_->enable("slow", [&](const Result<void>&) { answered = true; });
  ASSERT_TRUE(eventually([] {
    const std::lock_guard lock(disk.mutex);
    return disk.waiting > 0;
  }));
  EXPECT_TRUE(host_->wants("MESSAGE_CREATE"));
  event("MESSAGE_CREATE", R"({"author":{"username":"bob"}})");
  EXPECT_TRUE(reaches("plugin_calm_used_total", "bob", 1));
  command("calm");
  EXPECT_TRUE(rest_.wait_for(1));
  // The watchdog looks after its plugins, too.
  advance(1s);
  EXPECT_TRUE(reaches("discern_loop_delay_seconds", "p:calm", 1));
  EXPECT_FALSE(answered);
  {
    const std::lock_guard lock(disk.mutex);
    disk.ending = nullptr;
  }
  disk.moves.notify_all();
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
