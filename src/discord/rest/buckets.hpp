#pragma once

// Discord's rate limits as we know them from its answers: who may send now, and when the others
// may. Nothing is hard-coded: a route's limit is what the last answer said. Pure. See Discord
// Docs/Rate Limits.

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"

namespace discern::discord {

// Headers of one answer, and of a 429 what it said.
struct RateHeaders {
  std::string bucket;
  std::optional<std::uint32_t> limit;
  std::optional<std::uint32_t> remaining;
  std::optional<std::chrono::milliseconds> reset_after;
};

enum class LimitScope : std::uint8_t { User, Global, Shared, Cloudflare };
// "user", "global", "shared", "cloudflare".
std::string_view to_string(LimitScope scope);

// What limits a request: its route and the resource it is about. `global` is whether the limit of
// 50 a second counts it, too.
struct RateKey {
  std::string route;  // "POST /channels/{}/messages"
  std::string major;
  bool global = true;
  // Where take() booked it; filled there.
  std::string place{};
};

class Buckets {
 public:
  explicit Buckets(std::uint32_t global_per_second = 50) : global_limit_(global_per_second) {}

  // Takes a place for one request; nothing when it may go now, otherwise when to ask again. When
  // only an answer that is under way can tell, that is the time of `kAnswer`.
  std::optional<SteadyTime> take(RateKey& key, SteadyTime now);
  static constexpr SteadyTime kAnswer = SteadyTime::max();

  // Every take() ends in one of these. Only what went well can show that a route has no limit.
  enum class Answered : std::uint8_t { Well, Badly };
  void on_answer(const RateKey& key,
                 const RateHeaders& headers,
                 SteadyTime now,
                 Answered answered = Answered::Well);
  void on_limited(const RateKey& key,
                  const RateHeaders& headers,
                  LimitScope scope,
                  std::chrono::milliseconds retry_after,
                  SteadyTime now);
  void on_no_answer(const RateKey& key);

  // How full they are, by route.
  struct Use {
    std::string route;
    std::string bucket;  // Discord's name; empty while it is not known.
    std::uint64_t buckets = 0;
    // Of the fullest:
    std::uint32_t limit = 0;
    std::uint32_t remaining = 0;
    std::chrono::milliseconds reset_in{0};
    bool blocked = false;
  };
  std::vector<Use> use(SteadyTime now) const;
  // Requests of the last second that the global limit counts, and what a global 429 leaves to wait.
  std::uint32_t global_used(SteadyTime now) const;
  std::uint32_t global_limit() const { return global_limit_; }
  std::chrono::milliseconds global_block(SteadyTime now) const;

  // Forgets what has long been refilled, so that a bot in 100,000 channels does not keep them all.
  void forget_idle(SteadyTime now);
  std::size_t size() const { return states_.size(); }

 private:
  struct State {
    std::optional<std::uint32_t> limit;  // Unknown until the first answer.
    bool unlimited = false;              // Discord named no limit.
    std::uint32_t remaining = 1;
    std::uint32_t in_flight = 0;
    SteadyTime reset_at{};
    SteadyTime blocked_until{};
    SteadyTime last_used{};
  };
  static void add_use(Use& use, const State& state, SteadyTime now);
  std::string place_of(const RateKey& key) const;
  State& learn(const RateKey& key, const RateHeaders& headers, SteadyTime now, Answered answered);
  void release(const RateKey& key);

  const std::uint32_t global_limit_;
  std::deque<SteadyTime> global_log_;
  SteadyTime global_blocked_until_{};
  // Route to the bucket it was last said to belong to.
  std::unordered_map<std::string, std::string> bucket_of_route_;
  // Bucket (or route, while its bucket is unknown) and major parameter.
  std::unordered_map<std::string, State> states_;
};

}  // namespace discern::discord
