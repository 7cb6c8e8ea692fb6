#pragma once

// What became of the events made for sessions that have ended. An event that is made need not
// arrive: a session may end before it was sent, or its connection break with it under way. To say
// exactly what a client must have counted, what it cannot have seen is taken off.
//
// Pure and not thread-safe.

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/gateway/session.hpp"

namespace discern::sim {

class Delivery {
 public:
  // How a session ended.
  enum class End {
    InOrder,  // By something sent on its connection after the last event.
    Broken,   // While its connection was gone: what was under way may have been lost.
    Unheard,  // The client never took notice of it: it identified anew instead of resuming.
  };

  void on_end(const Session& session, End end);
  // The client asks for an ended session, having seen everything up to `sequence` and no more.
  void on_late_resume(std::string_view session_id, std::uint64_t sequence);
  // An event that was sent once and will not be sent again turned out to be lost.
  void on_lost(std::string_view type) { ++undelivered_[type]; }

  // Events that no client can have seen.
  const std::map<std::string_view, std::uint64_t>& undelivered() const { return undelivered_; }
  // Events of ended sessions that were sent, with nothing to tell whether they arrived.
  std::uint64_t unsettled() const;

 private:
  // The events that may not have arrived, of a session that ended.
  struct Ended {
    std::string session;
    std::uint64_t first = 0;
    std::vector<std::string_view> types;
    bool in_order = false;
  };
  std::map<std::string_view, std::uint64_t> undelivered_;
  std::deque<Ended> ended_;
};

}  // namespace discern::sim
