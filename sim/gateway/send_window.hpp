#pragma once

#include <deque>

#include "sim/gateway/protocol.hpp"
#include "sim/instant.hpp"

namespace discern::sim {

// The 120 payloads a client may send per connection in any 60 seconds; heartbeats count.
class SendWindow {
 public:
  // Counts one payload. False when it is one too many: close 4008.
  bool admit(Instant now) {
    while (!sent_.empty() && now - sent_.front() >= std::chrono::seconds{60}) sent_.pop_front();
    sent_.push_back(now);
    return sent_.size() <= kClientPayloadsPerMinute;
  }

 private:
  std::deque<Instant> sent_;
};

}  // namespace discern::sim
