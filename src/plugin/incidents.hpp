#pragma once

// The last errors, stalls and crashes of each plugin, with where they happened. In memory only:
// their text may hold what a person wrote.

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
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

 private:
  struct Kept {
    Incident incident;
    CallStack stack;  // Size 0 when it is readable already, or there is none.
  };
  static void resolve(std::deque<Kept>& kept);

  mutable std::mutex mutex_;
  std::map<std::string, std::deque<Kept>, std::less<>> by_plugin_;
};

}  // namespace discern::plugin
