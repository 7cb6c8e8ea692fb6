#pragma once

// Who may identify when. Discord allows `max_concurrency` IDENTIFYs in 5 s, one for each bucket
// (shard id modulo max_concurrency), and about 1,000 a day; at the end of that budget it resets the
// bot's token. Pure. See Discord Docs/Gateway, Sharding and Session Start Limit Object.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "base/clock.hpp"

namespace discern::discord {

// As GET /gateway/bot gives it.
struct StartLimit {
  std::uint32_t total = 1000;
  std::uint32_t remaining = 1000;
  std::chrono::milliseconds reset_after{0};
  std::uint32_t max_concurrency = 1;
};

// What this bot knows to have spent itself, and until when that counts.
struct IdentifyLedger {
  std::uint32_t total = 0;
  std::uint32_t remaining = 0;
  SteadyTime until{};
};

class IdentifyQueue {
 public:
  // `interval` is a little more than Discord's 5 s, because it is Discord's clock that counts.
  explicit IdentifyQueue(std::chrono::milliseconds interval = std::chrono::milliseconds(5250))
      : interval_(interval) {}

  // What Discord says, which may be late. Of it and of the own ledger the stricter one holds, until
  // the ledger's time has come.
  void set_limit(const StartLimit& limit, SteadyTime now);
  // Of an earlier process; before anything is asked for.
  void restore(const IdentifyLedger& ledger) { ledger_ = ledger; }

  // ---- A process that crashes right after an IDENTIFY must have told the next one. With a store
  // that keeps the ledger, an IDENTIFY is granted only when the ledger on disk has it as spent.
  void keep_on_disk() { covered_ = 0; }
  // Shards wait, and the ledger on disk has nothing for them.
  bool needs_cover() const { return covered_ && *covered_ == 0 && has_waiting() && !exhausted(); }
  // The ledger as it has to be stored: slots that are out and the next round of those that wait
  // count as spent. Nothing when nothing is spent.
  std::optional<IdentifyLedger> ledger_to_store(SteadyTime now);
  // The ledger that was given out last is on disk.
  void on_stored() {
    if (covered_) covered_ = storing_;
  }

  // Gets in line, once.
  void ask(std::uint32_t shard);
  // Leaves the line or gives a granted slot back. A spent one blocks its bucket for the interval
  // from now on and costs one of the day's budget.
  void give_back(std::uint32_t shard, bool spent, SteadyTime now);

  // The next shard that may connect and identify; the slot is its own until give_back.
  std::optional<std::uint32_t> grant(SteadyTime now);
  // When grant() can have something new without an ask, a give_back or on_stored(); nothing when
  // never.
  std::optional<SteadyTime> next_grant(SteadyTime now) const;
  bool has_waiting() const;
  // The budget is full again when its time has come.
  void refill(SteadyTime now);

  std::uint32_t total() const { return limit_.total; }
  std::uint32_t remaining() const {
    return ledger_ ? std::min(ledger_->remaining, limit_.remaining) : limit_.remaining;
  }
  // Zero while nothing is spent, or when Discord did not say.
  SteadyTime reset_at() const {
    return ledger_ && ledger_->remaining < limit_.remaining ? ledger_->until : reset_at_;
  }
  // Reaching the end of the budget resets the bot's token, so one in a hundred is never used.
  bool exhausted() const { return remaining() <= granted() + limit_.total / 100; }

 private:
  struct Bucket {
    std::set<std::uint32_t> waiting;  // Shards in order.
    std::optional<std::uint32_t> holder;
    SteadyTime free_at{};
  };
  std::uint32_t granted() const { return static_cast<std::uint32_t>(holders_.size()); }
  SteadyTime free_at(const Bucket& bucket) const { return std::max(bucket.free_at, not_before_); }
  Bucket& bucket_of(std::uint32_t shard) { return buckets_[shard % limit_.max_concurrency]; }

  const std::chrono::milliseconds interval_;
  StartLimit limit_;
  SteadyTime reset_at_{};
  std::optional<IdentifyLedger> ledger_;
  SteadyTime not_before_{};          // Of every bucket, after their number changed.
  std::set<std::uint32_t> holders_;  // Slots that are out and may still be spent.
  // Grants that the ledger on disk has as spent; nothing without a store.
  std::optional<std::uint32_t> covered_;
  std::uint32_t storing_ = 0;  // The same for the ledger that is on its way there.
  std::map<std::uint32_t, Bucket> buckets_;
};

}  // namespace discern::discord
