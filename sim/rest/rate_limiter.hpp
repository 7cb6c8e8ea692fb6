#pragma once

// The server's side of Discord's rate limits: buckets per route and major parameter, and the global
// 50 per second.
//
// Pure and not thread-safe. See Discord Docs/Rate Limits.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sim/instant.hpp"

namespace discern::sim {

struct BucketLimit {
  std::uint32_t requests = 30;
  Millis window{10'000};
};

enum class LimitScope { None, User, Global, Shared };
std::string_view to_string(LimitScope scope);

struct LimitVerdict {
  LimitScope refused_by = LimitScope::None;
  std::uint32_t limit = 0;
  std::uint32_t remaining = 0;
  Millis reset_after{0};
  // The client had been told to wait, some time ago, and did not.
  bool ignored_earlier_429 = false;

  bool admitted() const { return refused_by == LimitScope::None; }
};

class RateLimiter {
 public:
  enum class CountsGlobally { Yes, No };

  // One request. `bucket`: the bucket's hash with its major parameter.
  LimitVerdict admit(const std::string& bucket,
                     const BucketLimit& limit,
                     CountsGlobally globally,
                     Instant now);
  void set_global_limit(std::uint32_t requests_per_second) { global_limit_ = requests_per_second; }
  // Drops buckets whose window is over.
  void on_tick(Instant now);

 private:
  struct Window {
    Instant ends{};
    std::uint32_t used = 0;
    std::optional<Instant> refused_at;  // When the first 429 of this window was given.
  };
  static bool was_told_to_wait(const Window& window, Instant now);

  std::unordered_map<std::string, Window> buckets_;
  Window global_;
  std::uint32_t global_limit_ = 50;
};

}  // namespace discern::sim
