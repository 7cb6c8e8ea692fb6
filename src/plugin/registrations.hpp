#pragma once

// What one loaded plugin registered: which callback answers what.

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "plugin/command_spec.hpp"
#include "plugin/name_set.hpp"

namespace discern::plugin {

// Thread-safe. Callbacks are named by their number in the plugin's CallbackTable; 0 is none.
class Registrations {
 public:
  struct Command {
    CommandSpec spec;
    std::uint64_t run = 0;
    std::uint64_t autocomplete = 0;
  };
  enum class Prefixed { Component, Modal, Route };

  void add_command(Command command);
  void add_event(const std::string& type, std::uint64_t callback);
  // Errors: Exists (same key), Invalid.
  // `is_public` is for routes: pages of other sites may call it.
  Result<void> add_prefixed(Prefixed what,
                            const std::string& key,
                            std::uint64_t callback,
                            bool is_public = false);
  void add_timer(std::uint64_t callback, std::uint64_t loop_timer);

  // What was registered under this callback's number is gone; `autocomplete` and `loop_timer` go
  // with it (0 for none).
  struct Removed {
    std::uint64_t autocomplete = 0;
    std::uint64_t loop_timer = 0;
    bool routing_changed = false;
  };
  Removed remove(std::uint64_t callback);

  Command find_command(std::string_view name) const;
  // Whether a command is, or was, registered under this path, this first word of it or this name.
  // Wait-free.
  bool knows_command(std::string_view name) const noexcept { return command_names_.contains(name); }
  std::vector<std::uint64_t> find_event(std::string_view type) const;
  // The longest key that the text begins with. A route's key takes exactly itself, unless it ends
  // with *.
  struct Match {
    std::uint64_t callback = 0;
    std::string key;
    bool is_public = false;
  };
  Match find_prefixed(Prefixed what, std::string_view text) const;

  std::vector<CommandSpec> commands() const;
  std::vector<std::string> event_types() const;

 private:
  struct Prefix {
    std::uint64_t callback = 0;
    bool is_public = false;
  };
  using Keys = std::map<std::string, Prefix, std::less<>>;
  const Keys& keys(Prefixed what) const { return prefixed_[static_cast<std::size_t>(what)]; }

  mutable std::mutex mutex_;
  std::map<std::string, Command, std::less<>> commands_;  // By name: "Report (user)".
  std::map<std::string, std::vector<std::uint64_t>, std::less<>> events_;
  Keys prefixed_[3];
  std::map<std::uint64_t, std::uint64_t> timers_;
  NameSet command_names_;
};

}  // namespace discern::plugin
