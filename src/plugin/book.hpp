#pragma once

// What is remembered about plugins from one start to the next: data/plugins.json.

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/kept_file.hpp"
#include "plugin/command_spec.hpp"

namespace discern::plugin {

// The process ended in this plugin's code.
struct Crash {
  SystemTime time;
  std::string signal;   // "SIGSEGV"
  std::string handler;  // "command nap"
};

// Not thread-safe.
class Book {
 public:
  static constexpr std::chrono::minutes kCrashWindow{10};
  static constexpr std::size_t kMostCrashes = 3;

  // The file as `read` takes it.
  static KeptFile kept_file(const std::filesystem::path& file);
  // What is in the file; nothing when there is none, or when it had to be set aside.
  static Book read(KeptFile& file);
  // The file's content, to be written after every change: the next thing may be a crash.
  std::string to_json() const;

  // What the operator asked for last, at run time; nothing when the configuration decides.
  std::optional<bool> wish(const std::string& id) const;
  void set_wish(const std::string& id, bool wanted);

  // The version that was loaded last, empty when there was none.
  std::string version(const std::string& id) const;
  // When it last changed: by a reload, or because another version was loaded.
  std::optional<SystemTime> changed(const std::string& id) const;
  void set_version(const std::string& id, const std::string& version, SystemTime changed);

  // Keeps those of the window before the newest, at most kMostCrashes.
  void add_crash(const std::string& id, Crash crash);
  std::vector<Crash> crashes(const std::string& id) const;
  // Whether it crashed the process so often in so little time that it must not be started.
  bool crashed_too_often(const std::string& id) const;
  void forgive(const std::string& id);

  // The slash commands it registered last: they stay at Discord while it is off. Each passes
  // check_command.
  const std::vector<CommandSpec>& commands(const std::string& id) const;
  void set_commands(const std::string& id, std::vector<CommandSpec> commands);
  // Forgets those of all plugins but the ones that are there. Whether there were any.
  bool keep_commands_of(const std::function<bool(const std::string& id)>& is_there);

 private:
  struct Entry {
    std::optional<bool> wish;
    std::string version;
    std::optional<SystemTime> changed;
    std::vector<Crash> crashes;
    std::vector<CommandSpec> commands;
  };
  const Entry* find(const std::string& id) const;

  std::map<std::string, Entry> entries_;
};

}  // namespace discern::plugin
