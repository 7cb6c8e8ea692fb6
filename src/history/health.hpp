#pragma once

// What is wrong with stored data. Readers report damage here, the Store repairs it, and the API and
// /metrics show it. Thread-safe.

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace discern::history {

class Health {
 public:
  // One sentence of each can be shown at a time.
  enum class Topic : std::uint8_t { Writing, Repair, Place };

  // Notes that a page or a row outside of the ticks' values cannot be read: the Store checks the
  // file with its next commit.
  void suspect(std::string_view found);
  // Returns what was found since the last call.
  std::optional<std::string> take_suspicion();

  // Notes a tick whose values cannot be read. Returns false if it was known.
  bool add_damaged_tick(std::int64_t id);
  // Forgets the damaged ticks of a file that was replaced; they stay counted.
  void forget_damaged_ticks();

  // A sentence for people; an empty one withdraws the topic.
  void set(Topic topic, std::string sentence);
  void count_repair();

  std::vector<std::string> warnings() const;
  // Since this process started.
  std::uint64_t damaged_ticks() const;
  std::uint64_t repairs() const;

 private:
  mutable std::mutex mutex_;
  // All below are guarded by mutex_.
  std::optional<std::string> suspicion_;
  std::set<std::int64_t> ticks_;
  std::uint64_t damaged_ticks_ = 0;
  std::uint64_t repairs_ = 0;
  std::array<std::string, 3> topics_;
};

}  // namespace discern::history
