#pragma once

// The last errors, stalls and crashes of each plugin, with where they happened. They are kept over
// restarts, but for their text: it may hold what a person wrote.

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/kept_file.hpp"
#include "plugin/call_stack.hpp"
#include "plugin/status.hpp"

namespace discern::plugin {

// "response GET weather.example" without the host, which somebody may have typed; others as they
// are. What reaches a file is named like this.
std::string_view place_to_keep(std::string_view handler);

// Thread-safe. While stacks are made readable, which takes files, nobody else waits.
class Incidents {
 public:
  static constexpr std::size_t kMostPerPlugin = 20;
  using Describe = std::function<std::vector<std::string>(const CallStack&)>;

  explicit Incidents(Describe describe = plugin::describe) : describe_(std::move(describe)) {}

  // One that is like the newest of its plugin counts there. `stack` is made readable by the next
  // `resolve`.
  void add(const std::string& plugin, Incident incident, const CallStack& stack = {});
  // Makes stacks readable, those of one plugin or of all. Contract: called before a library that
  // the frames lie in is unloaded.
  void resolve(const std::string& plugin);
  void resolve_all();
  // Newest first.
  std::vector<Incident> list(std::string_view plugin) const;

  // Goes up with every change.
  std::uint64_t revision() const;
  // What may be kept, as a file's content; `read` adds what such a file holds of the plugins that
  // are wanted, and does nothing without one. A file that cannot be used is set aside.
  std::string to_json() const;
  void read(KeptFile& file, const std::function<bool(const std::string& plugin)>& wanted);
  static KeptFile kept_file(const std::filesystem::path& file);

 private:
  struct Kept {
    Incident incident;
    CallStack stack;  // Size 0 when it is readable already, or there is none.
    std::uint64_t number = 0;
  };
  struct Unread {
    std::string plugin;
    std::string handler;
    std::uint64_t number = 0;
    CallStack stack;
  };
  // Writes where it failed into the log, once for each place.
  void tell(const Unread& one, const std::vector<std::string>& lines);
  void resolve(const std::function<bool(const std::string& plugin)>& wanted);

  const Describe describe_;
  // Held while stacks are made readable, so that a library is not unloaded meanwhile. Taken before
  // mutex_.
  std::mutex resolving_;
  std::deque<std::size_t> told_;  // What the log has, the newest last. Guarded by resolving_.
  mutable std::mutex mutex_;
  std::uint64_t next_number_ = 0;  // Guarded by mutex_, as are those below.
  std::map<std::string, std::deque<Kept>, std::less<>> by_plugin_;
  std::uint64_t revision_ = 0;
};

}  // namespace discern::plugin
