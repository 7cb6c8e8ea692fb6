#pragma once

// Who owns a plugin's callbacks: each is released exactly once, on the plugin's thread, and never
// while it runs.

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include "discern/plugin/abi.h"

namespace discern::plugin {

class CallbackTable {
 public:
  static constexpr std::size_t kMost = 20'000;

  // Any thread. Takes the callback over; 0 when the table is closed or full (then it was not
  // taken).
  std::uint64_t add(const discern_callback& callback);
  // Any thread.
  bool is_closed() const;
  // Any thread. It will not begin again; the next `sweep` releases it.
  void remove(std::uint64_t id);
  // Any thread. Gives back one that was never called: nobody else knows its id yet.
  std::optional<discern_callback> take_back(std::uint64_t id);

  // The plugin's thread only, all below.
  // Nothing when the callback was removed.
  std::optional<std::int32_t> call(std::uint64_t id, const void* message, discern_failure* failure);
  // Releases what was removed and does not run.
  void sweep();
  // Releases everything; later adds are refused.
  void close();

 private:
  struct Entry {
    discern_callback callback{};
    std::uint32_t running = 0;
    bool removed = false;
  };
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Entry> entries_;
  std::uint64_t next_ = 1;
  bool closed_ = false;
};

}  // namespace discern::plugin
