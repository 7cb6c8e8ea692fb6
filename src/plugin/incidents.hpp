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
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "plugin/call_stack.hpp"
#include "plugin/status.hpp"

namespace discern::plugin {

// Thread-safe.
class Incidents {
 public:
  static constexpr std::size_t kMostPerPlugin = 20;

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
  // are wanted, and does nothing without one. A damaged file is set aside, and the log says so.
  std::string to_json() const;
  Result<void> read(const std::filesystem::path& file,
                    const std::function<bool(const std::string& plugin)>& wanted);

 private:
  struct Kept {
    Incident incident;
    CallStack stack;  // Size 0 when it is readable already, or there is none.
  };
  void resolve(std::deque<Kept>& kept);

  mutable std::mutex mutex_;
  std::map<std::string, std::deque<Kept>, std::less<>> by_plugin_;
  std::uint64_t revision_ = 0;
};

}  // namespace discern::plugin
