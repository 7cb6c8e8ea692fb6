#include "sim/rest/rate_limiter.hpp"

namespace discern::sim {
namespace {

// Requests that were on their way when the 429 was given are no fault. The answer itself may be
// held back by the simulated latency, so this is generous.
constexpr Millis kInFlight{1500};

}  // namespace

std::string_view to_string(LimitScope scope) {
  switch (scope) {
    case LimitScope::User:
      return "user";
    case LimitScope::Global:
      return "global";
    case LimitScope::Shared:
      return "shared";
    case LimitScope::None:
      break;
  }
  return "none";
}

bool RateLimiter::was_told_to_wait(const Window& window, Instant now) {
  return window.refused_at && now - *window.refused_at > kInFlight;
}

LimitVerdict RateLimiter::admit(const std::string& bucket,
                                const BucketLimit& limit,
                                CountsGlobally globally,
                                Instant now) {
  LimitVerdict verdict;
  if (globally == CountsGlobally::Yes) {
    if (now >= global_.ends) global_ = {now + Millis{1000}, 0, std::nullopt};
    if (global_.used >= global_limit_) {
      if (!global_.refused_at) global_.refused_at = now;
      verdict.refused_by = LimitScope::Global;
      verdict.limit = global_limit_;
      verdict.reset_after = global_.ends - now;
      return verdict;
    }
    ++global_.used;
  }
  Window& window = buckets_[bucket];
  if (now >= window.ends) window = {now + limit.window, 0, std::nullopt};
  verdict.limit = limit.requests;
  verdict.reset_after = window.ends - now;
  if (window.used >= limit.requests) {
    verdict.refused_by = LimitScope::User;
    verdict.ignored_earlier_429 = was_told_to_wait(window, now);
    if (!window.refused_at) window.refused_at = now;
    return verdict;
  }
  ++window.used;
  verdict.remaining = limit.requests - window.used;
  return verdict;
}

void RateLimiter::on_tick(Instant now) {
  if (buckets_.size() < 1000) return;
  std::erase_if(buckets_, [&](const auto& entry) { return now >= entry.second.ends; });
}

}  // namespace discern::sim
