#include "discord/gateway/identify_queue.hpp"

#include <algorithm>

namespace discern::discord {
namespace {

constexpr std::chrono::hours kDay{24};
// Without a word of Discord's when the budget is full again.
constexpr std::chrono::minutes kAskAgain{1};

}  // namespace

void IdentifyQueue::set_limit(const StartLimit& limit, SteadyTime now) {
  const std::uint32_t concurrency = std::max(limit.max_concurrency, 1u);
  const bool rebucket = concurrency != limit_.max_concurrency;
  limit_ = limit;
  limit_.max_concurrency = concurrency;
  reset_at_ = limit.reset_after.count() > 0 ? now + limit.reset_after : SteadyTime{};
  if (!rebucket) return;
  std::map<std::uint32_t, Bucket> before = std::move(buckets_);
  buckets_.clear();
  for (auto& [number, bucket] : before) {
    // Whose bucket is whose may have changed: none is free before all would have been.
    not_before_ = std::max(not_before_, bucket.free_at);
    for (const std::uint32_t shard : bucket.waiting) bucket_of(shard).waiting.insert(shard);
    // A holder keeps its slot; two of them may now share a bucket, and the later one names it.
    if (bucket.holder) bucket_of(*bucket.holder).holder = bucket.holder;
  }
}

void IdentifyQueue::ask(std::uint32_t shard) {
  bucket_of(shard).waiting.insert(shard);
}

void IdentifyQueue::give_back(std::uint32_t shard, bool spent, SteadyTime now) {
  Bucket& bucket = bucket_of(shard);
  bucket.waiting.erase(shard);
  if (bucket.holder == shard) bucket.holder.reset();
  if (holders_.erase(shard) > 0) {
    if (!spent && covered_) {
      ++*covered_;
      ++storing_;
    }
  }
  if (!spent) return;
  bucket.free_at = now + interval_;
  if (limit_.remaining > 0) --limit_.remaining;
  if (reset_at_ == SteadyTime{}) reset_at_ = now + kDay;
  if (ledger_) {
    if (ledger_->remaining > 0) --ledger_->remaining;
  } else {
    ledger_ = {limit_.total, limit_.remaining, reset_at_};
  }
}

std::optional<IdentifyLedger> IdentifyQueue::ledger_to_store(SteadyTime now) {
  refill(now);
  storing_ = 0;
  if (covered_) {
    std::size_t waiting = 0;
    for (const auto& [number, bucket] : buckets_) waiting += bucket.waiting.size();
    storing_ = static_cast<std::uint32_t>(std::min<std::size_t>(waiting, limit_.max_concurrency));
    // What was covered and is not stored as spent any more must not be used from here on.
    covered_ = std::min(*covered_, storing_);
  }
  const std::uint32_t reserved = granted() + storing_;
  if (!ledger_ && reserved == 0) return std::nullopt;
  IdentifyLedger out = ledger_.value_or(IdentifyLedger{
      limit_.total, limit_.remaining, reset_at_ == SteadyTime{} ? now + kDay : reset_at_});
  out.remaining -= std::min(out.remaining, reserved);
  return out;
}

void IdentifyQueue::refill(SteadyTime now) {
  if (ledger_ && now >= ledger_->until) ledger_.reset();
  if (reset_at_ == SteadyTime{} || now < reset_at_) return;
  limit_.remaining = limit_.total;
  reset_at_ = SteadyTime{};
}

bool IdentifyQueue::has_waiting() const {
  const auto waits = [](const auto& entry) { return !entry.second.waiting.empty(); };
  return std::any_of(buckets_.begin(), buckets_.end(), waits);
}

std::optional<std::uint32_t> IdentifyQueue::grant(SteadyTime now) {
  refill(now);
  if (exhausted() || (covered_ && *covered_ == 0)) return std::nullopt;
  for (auto& [number, bucket] : buckets_) {
    if (bucket.holder || bucket.waiting.empty() || now < free_at(bucket)) continue;
    const std::uint32_t shard = *bucket.waiting.begin();
    bucket.waiting.erase(bucket.waiting.begin());
    bucket.holder = shard;
    holders_.insert(shard);
    if (covered_) {
      --*covered_;
      if (storing_ > 0) --storing_;
    }
    return shard;
  }
  return std::nullopt;
}

std::optional<SteadyTime> IdentifyQueue::next_grant(SteadyTime now) const {
  std::optional<SteadyTime> next;
  for (const auto& [number, bucket] : buckets_) {
    if (bucket.holder || bucket.waiting.empty()) continue;
    const SteadyTime at = std::max(free_at(bucket), now);
    if (!next || at < *next) next = at;
  }
  if (next && exhausted()) {
    return std::max(*next, reset_at() == SteadyTime{} ? now + kAskAgain : reset_at());
  }
  if (covered_ && *covered_ == 0) return std::nullopt;
  return next;
}

}  // namespace discern::discord
