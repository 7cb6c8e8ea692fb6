#pragma once

// The session start limit: how many IDENTIFYs a day, and how many at once.
// See Discord Docs/Gateway, Session Start Limit Object.

#include <cstdint>
#include <map>
#include <optional>

#include "sim/instant.hpp"

namespace discern::sim {

struct IdentifyLimits {
  std::uint32_t total = 1000;
  std::uint32_t max_concurrency = 1;
  Millis interval{5000};  // One identify per bucket in this time.
  Millis day{24 * 3600 * 1000};
};

class IdentifyGate {
 public:
  explicit IdentifyGate(const IdentifyLimits& limits) : limits_(limits) {}

  enum class Verdict { Admitted, TooSoon, Exhausted };

  // Spends one identify when admitted. Bucket: shard id modulo max_concurrency.
  Verdict admit(std::uint32_t shard_id, Instant now) {
    refill(now);
    if (spent_ >= limits_.total) return Verdict::Exhausted;
    const auto [bucket, first] = last_.try_emplace(shard_id % limits_.max_concurrency, now);
    if (!first && now - bucket->second < limits_.interval) return Verdict::TooSoon;
    bucket->second = now;
    ++spent_;
    return Verdict::Admitted;
  }

  std::uint32_t remaining(Instant now) {
    refill(now);
    return limits_.total - spent_;
  }
  Millis reset_after(Instant now) {
    refill(now);
    return spent_ == 0 ? Millis{0} : limits_.day - (now - day_began_);
  }
  const IdentifyLimits& limits() const { return limits_; }
  void set_limits(const IdentifyLimits& limits) { limits_ = limits; }
  // What GET /gateway/bot answers; a test may make it stale.
  std::uint32_t told_remaining(Instant now) { return told_.value_or(remaining(now)); }
  void set_told_remaining(std::uint32_t remaining) { told_ = remaining; }
  // For tests that play out an exhausted budget.
  void set_remaining(std::uint32_t remaining) {
    spent_ = remaining < limits_.total ? limits_.total - remaining : 0;
  }

 private:
  void refill(Instant now) {
    if (now - day_began_ < limits_.day) return;
    day_began_ = now;
    spent_ = 0;
  }
  IdentifyLimits limits_;
  std::uint32_t spent_ = 0;
  std::optional<std::uint32_t> told_;
  Instant day_began_{};
  std::map<std::uint32_t, Instant> last_;
};

}  // namespace discern::sim
